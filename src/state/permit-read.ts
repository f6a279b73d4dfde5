import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hmacSha256 } from './hmac.ts';

/**
 * The permits of the open deployments as files that a guard reads without a database: `permits/<deployment>.json`, and
 * `permits/open.json` that says which there are and up to which event. Each carries a MAC (HMAC-SHA256) by a key that lies
 * beside the ledger, so that a permit that was edited, put back from earlier or taken away is noticed. The key belongs to
 * the same user: it resists a stray write, not a program that sets out to forge one (SECURITY.md). Written by
 * permit-files.ts.
 */
export const KEY_FILE = 'permit.key';
export const INDEX_FILE = 'open.json';
const LEDGER = 'ledger.sqlite';
/** A permit is a few kilobytes; longer files are somebody else's. */
const MAX_BYTES = 1024 * 1024;

export type Fields = Readonly<Record<string, unknown>>;
export type Index = Readonly<Record<string, number>>;

export const permitsFolder = (home: string): string => join(home, 'permits');

export const macOf = (key: string, fields: Fields): string => hmacSha256(key, JSON.stringify(fields));

export function isSealed(key: string, { mac, ...fields }: Fields): boolean {
  const right = macOf(key, fields);
  const given = typeof mac === 'string' ? mac : '';
  // In the same time wherever they differ.
  let different = right.length ^ given.length;
  for (let i = 0; i < right.length; i += 1) different |= right.charCodeAt(i) ^ given.charCodeAt(i);
  return different === 0;
}

export function readIndex(home: string, key: string): Index | undefined {
  const found = readFields(join(permitsFolder(home), INDEX_FILE));
  if (found === undefined || !isSealed(key, found)) return undefined;
  const { open } = found;
  if (typeof open !== 'object' || open === null) return undefined;
  return Object.fromEntries(
    Object.entries(open).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** A regular file of bounded length with a JSON object in it; undefined: there is none, or it is something else. */
export function readFields(path: string): Fields | undefined {
  try {
    const read: unknown = JSON.parse(boundedText(path));
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : undefined;
  } catch {
    return undefined;
  }
}

function boundedText(path: string): string {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.size > MAX_BYTES) throw new Error('not a permit');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

export type ReadPermits = {
  /** The fields of each permit that is as the server wrote it. */
  readonly permits: readonly Fields[];
  /** What is wrong with the others, one sentence each: a deployment is, or may be, open and its permit can't be trusted. */
  readonly faults: readonly string[];
};

/** What is open, as far as the files can be trusted. Never throws; asks neither a cluster nor a database. */
export function readPermitFiles(home: string): ReadPermits {
  const keyPath = join(home, KEY_FILE);
  const present = jsonFiles(home);
  const anything = existsSync(keyPath) || existsSync(join(home, LEDGER)) || present.length > 0;
  if (!anything) return { permits: [], faults: [] };
  const key = keyText(keyPath);
  const index = key === undefined ? undefined : readIndex(home, key);
  if (key === undefined || index === undefined) {
    const fault = `${join(permitsFolder(home), INDEX_FILE)} is missing or was changed, so what is open is not known; the server writes it again at its next call (deployment-status)`;
    return { permits: [], faults: [fault] };
  }
  const permits: Fields[] = [];
  const faults: string[] = [];
  for (const [id, seq] of Object.entries(index)) {
    const path = join(permitsFolder(home), `${id}.json`);
    const found = readFields(path);
    if (found === undefined) faults.push(`the permit of ${id} (${path}) is missing or can't be read`);
    else if (!isSealed(key, found) || typeof found.seq !== 'number' || found.seq < seq)
      faults.push(`the permit of ${id} (${path}) is not as the server wrote it`);
    else permits.push(found);
  }
  return { permits, faults };
}

function keyText(path: string): string | undefined {
  try {
    const text = boundedText(path).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

function jsonFiles(home: string): readonly string[] {
  try {
    return readdirSync(permitsFolder(home)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
