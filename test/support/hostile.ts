import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseApi } from '../../src/assumptions/api-name.ts';
import { configurationSubject } from '../../src/assumptions/index.ts';
import { sourceSubject } from '../../src/assumptions/source.ts';
import { readSpec } from '../../src/bullets/spec.ts';
import { parseCriterion } from '../../src/criteria/index.ts';
import { quoted } from '../../src/documents/document.ts';
import { extract } from '../../src/documents/extract/index.ts';
import { kindOf } from '../../src/documents/kind.ts';
import { parseReference } from '../../src/images/index.ts';
import { parsePlan, readManifests, readRollback } from '../../src/plan/index.ts';
import { readResource } from '../../src/plan/reference.ts';
import { redact } from '../../src/redaction/index.ts';
import { oneLine } from '../../src/report/markdown.ts';
import { parseCommand } from '../../src/shell/line/parse.ts';
import { visible } from '../../src/workflow/visible.ts';

/** Everything that reads text of others: name → reader. A new reader is a row here. */
export const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  redactor: (text) => redact(text),
  'redactor of Secrets': (text) => redact(`kind: Secret\ndata:\n${text}`),
  'command line': (text) => parseCommand(text),
  criterion: (text) => parseCriterion(text, { subjects: [] }),
  'image reference': (text) => parseReference(text),
  'API name': (text) => parseApi(text),
  'configuration requirement': (text) => configurationSubject(text),
  source: (text) => sourceSubject(text, '/srv/app'),
  'rollback entry': (text) => readRollback(text),
  plan: (text) => parsePlan(text, 'plan'),
  'manifests of a plan': (text) => readManifests(text),
  'kind of a document': (text) => kindOf('document', text),
  'quote of a document': (text) => quoted(text),
  'Markdown document': (text) => extract([{ name: 'a.md', kind: 'markdown', text }]),
  'HTML document': (text) => extract([{ name: 'a.html', kind: 'html', text }]),
  'specification of a bullet': (text) => readSpec(text),
  "entry of a plan's resources": (text) => readResource(`a: 1\n${text}`),
  'YAML document': (text) => extract([{ name: 'a.yaml', kind: 'yaml', text }]),
  'line of a report': (text) => oneLine(text),
  'visible text': (text) => visible(text),
};

/** Pieces that repeated have made a reader slow, or might. */
export const PIECES: readonly string[] = [
  '*a', '> ', '- ', '[', '`', '<a ', 'a**b', '![[', 'eyJ-', 'eyJaaaaaaaaa.', 'password="', '-----BEGIN ', 'cd a; ', '"', "'",
  '${', '$(', '{', 'a: ', 'a: {', '\n', ' \n', '\t', '#\n', '/', '../', '-', 'a.', 'a/', '0', '==', 'curl -u ', 'a://:', '\\', '|', 'a\n=\n',
  '- - - a\n\n', '&a ', '<<E\n', 'key: v\n', '\u202e', '%', 'AAAAAAAAAAAAAAAA ', 'Aa', '[].$', 'sha256:', 'requires ',
]; // biome-ignore format: a table of short words

export type Slow = {
  readonly reader: string;
  readonly piece: string;
  readonly short_ms: number;
  readonly long_ms: number;
};

const SHORT = 10_000;
const LONG = 100_000;
/**
 * Ten times the text may take fifteen times as long; below this many milliseconds the clock, the compiler and the memory's
 * cleaning say more than the reader. A reader that grows with the square takes a hundred times as long.
 */
const MAX_RATIO = 15;
const FLOOR_MS = 20;
const MAX_TRIES = 4;

/** Whatever earlier readings left is cleaned away first, so that no reading pays for another. */
const cleaned: () => void = (() => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => void Reflect.apply(collect, undefined, []) : () => {};
})();

type Reader = (text: string) => unknown;

/** How long a reader takes for a text made of the piece, ten times as long once more; undefined: in proportion. */
export async function slowness(
  reader: string,
  piece: string,
  readers: Readonly<Record<string, Reader>> = READERS,
): Promise<Slow | undefined> {
  const read = readers[reader];
  if (read === undefined) throw new Error(`there is no reader ${reader}`);
  const time = async (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    cleaned();
    // This thread's own processor time: neither what else the machine does nor the compiler's threads count.
    const started = process.threadCpuUsage();
    try {
      await read(text);
    } catch (error) {
      // A reader may refuse a text, but not by running out of stack.
      if (error instanceof RangeError)
        throw new Error(`${reader} runs out of stack over ${JSON.stringify(piece)}`, { cause: error });
    }
    return process.threadCpuUsage(started).user / 1_000;
  };
  const short_ms = Math.max(FLOOR_MS, await time(SHORT));
  let long_ms = await time(LONG);
  // Tried again, before the machine is taken for the reader.
  for (let tries = 1; tries < MAX_TRIES && long_ms > MAX_RATIO * short_ms; tries += 1)
    long_ms = Math.min(long_ms, await time(LONG));
  return long_ms > MAX_RATIO * short_ms ? { reader, piece, short_ms, long_ms } : undefined;
}
