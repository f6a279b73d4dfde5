import { basename, dirname, extname, join } from 'node:path';
import { z } from 'zod';
import type { Engine } from '../../engine/index.ts';
import { codeOf, type Exit, exitOf } from '../exit.ts';
import type { AssumptionsFile, Place } from './file.ts';
import { type Row, STATUSES } from './rows.ts';

/** The documents of one file, each compared with the cluster: divergence-check's answers as rows. */

const severity = z.enum(STATUSES).catch('UNKNOWN');
const words = z.unknown().transform((value) => (typeof value === 'string' ? value : JSON.stringify(value ?? '')));
const divergence = z.looseObject({
  id: z.string().catch(''),
  feature: z.string().catch(''),
  divergence: severity,
  rule: z.string().optional(),
  local: words,
  adjustment: words,
  upstream: z
    .looseObject({ places: z.array(z.looseObject({ part: z.string(), line: z.number() })).catch([]) })
    .catch({ places: [] }),
});
const answer = z.looseObject({ divergences: z.array(divergence).catch([]) });

export type Compared = { ok: true; rows: Row[] } | { ok: false; exit: Exit; reason: string; message: string };

export async function compareSources(
  file: AssumptionsFile,
  engine: Engine,
  namespace: string,
  progress: (message: string) => void,
): Promise<Compared> {
  const { sources = [], local_environment } = file.assumptions;
  const rows: Row[] = [];
  for (const [index, entry] of sources.entries()) {
    const one = typeof entry === 'string' ? { source: entry } : entry;
    const input = { local_environment, ...one, source: undefined, upstream_source: one.source, namespace };
    const performed = await engine.perform({
      tool: 'divergence-check',
      input: Object.fromEntries(
        Object.entries({ ...input, deployment: 'none' }).filter(([, value]) => value !== undefined),
      ),
      actor: { kind: 'agent', client: 'infragate check' },
      progress,
    });
    if (performed.isError) {
      const code = codeOf(performed) ?? 'Refused';
      const { file: at, line } = file.place('sources', index);
      const why = performed.text.split('\n')[0]?.replace(/^REFUSED [A-Z_]+: (upstream_source: )?/, '') ?? '';
      return { ok: false, exit: exitOf(code), reason: code, message: `${at}:${line}: sources: ${one.source}: ${why}` };
    }
    const own = file.place('sources', index);
    rows.push(...answer.parse(performed.structured).divergences.map((found) => rowOf(found, own, one.source, file)));
  }
  return { ok: true, rows };
}

/** A document that is a file here is where the finding stands; of one behind an address its line is named in words. */
function rowOf(found: z.output<typeof divergence>, own: Place, source: string, file: AssumptionsFile): Row {
  const [first] = found.upstream.places;
  const remote = /^[a-z]+:\/\//i.test(source) || source.includes('\n');
  const where = first === undefined ? '' : ` (${first.part}:${first.line})`;
  return {
    category: 'divergences',
    name: found.feature,
    status: found.divergence,
    reason: found.rule ?? found.id,
    message: `${found.local}${where}`,
    place:
      first === undefined || remote
        ? own
        : { file: file.path(insideOf(source, first.part)), line: first.line, column: 1 },
    ...(found.adjustment === '' || found.adjustment === '""' ? {} : { suggestion: found.adjustment }),
  };
}

/** A part is named below its source: beside it where the source is a file, in it where it is a folder. */
const insideOf = (source: string, part: string): string =>
  basename(source) === part
    ? source
    : join(extname(source) === '' ? source : dirname(source), part.replace(/ \(rendered\)$/, ''));
