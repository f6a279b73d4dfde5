import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isKubeObject, type KubeObject } from '../../src/objects/index.ts';

/**
 * A case: Kubernetes objects as YAML, and first lines of comments that say what they are judged by and what is expected
 * (`# expected: readiness is one of ready or unknown`). `file` is relative to the folder that was read.
 */
export type CaseFile = {
  readonly file: string;
  readonly expected: string;
  /** The clock: what `# now:` says, or the moment that all cases share. */
  readonly now: number;
  readonly criterion: string | undefined;
  /** `Deployment/web`: what the criterion may be about. */
  readonly about: readonly string[];
  readonly logs: Readonly<Record<string, string>> | undefined;
  readonly objects: readonly KubeObject[];
  readonly events: readonly KubeObject[];
  /** Why it can't be judged at all. */
  readonly unreadable?: string;
};

const NOW = Date.parse('2026-11-01T12:00:00Z');

/** Every case below a folder, by name; files in the form of our fixtures (`# expect:` above each object) are several cases. */
export function casesIn(folder: string): CaseFile[] {
  return filesIn(folder).flatMap((path) => {
    const file = relative(folder, path);
    try {
      return parseCases(readFileSync(path, 'utf8'), file);
    } catch (error) {
      return [unreadable(file, error instanceof Error ? error.message : String(error))];
    }
  });
}

/** One file that can't be read does not hide the others: it is a case that does not hold. */
const unreadable = (file: string, why: string): CaseFile => ({
  file,
  expected: 'a case that can be read',
  now: NOW,
  criterion: undefined,
  about: [],
  logs: undefined,
  objects: [],
  events: [],
  unreadable: why,
});

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesIn(path);
      return /\.ya?ml$/.test(name) ? [path] : [];
    });
}

export function parseCases(text: string, file: string): CaseFile[] {
  if (header(text, 'expected') !== undefined) return [parseCase(text, file)];
  return text
    .split(/^---$/m)
    .filter((part) => /^[^#\s]/m.test(part))
    .map((part, index) => parseFixture(part, `${file} #${index}`));
}

/** `# key: value` among the comments before the first object. */
function header(text: string, key: string): string | undefined {
  const first = text.split('\n').findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  const lines = text.split('\n').slice(0, first === -1 ? undefined : first);
  return lines
    .find((line) => line.startsWith(`# ${key}:`))
    ?.slice(key.length + 3)
    .trim();
}

function parseCase(text: string, file: string): CaseFile {
  const now = header(text, 'now');
  const logs: unknown = JSON.parse(header(text, 'logs') ?? 'null');
  if (now !== undefined && Number.isNaN(Date.parse(now))) throw new Error(`${file}: # now: ${now} is no time`);
  return {
    file,
    expected: header(text, 'expected') ?? '',
    now: now === undefined ? NOW : Date.parse(now),
    criterion: header(text, 'criterion'),
    about: (header(text, 'about') ?? '').split(/,\s*/).filter((ref) => ref !== ''),
    logs: isTexts(logs) ? logs : undefined,
    ...documentsOf(text, file),
  };
}

/** Our own fixtures: `# expect: waiting NotObserved`, `# expect: failed BadSpec final`. */
function parseFixture(text: string, file: string): CaseFile {
  const expect = /^# expect: (\w+) (\S+)( final)?$/m.exec(text);
  if (expect === null) throw new Error(`${file}: no line "# expected: …" or "# expect: STATUS REASON"`);
  const [, status = '', reason = '', final] = expect;
  return {
    file,
    expected: `readiness is one of ${status}; its reason is ${reason}${final === undefined ? '' : '; final is true'}`,
    now: NOW,
    criterion: undefined,
    about: [],
    logs: undefined,
    ...documentsOf(text, file),
  };
}

function documentsOf(text: string, file: string): Pick<CaseFile, 'objects' | 'events'> {
  const all = parseAllDocuments(text).flatMap((document): KubeObject[] => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
    const object: unknown = document.toJS();
    if (object === null || object === undefined) return [];
    if (!isKubeObject(object)) throw new Error(`${file}: a document is no Kubernetes object`);
    return [object];
  });
  const isEvent = ({ kind }: KubeObject) => kind === 'Event';
  const objects = all.filter((object) => !isEvent(object));
  if (objects.length === 0) throw new Error(`${file}: it has no object`);
  return { objects, events: all.filter(isEvent) };
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
