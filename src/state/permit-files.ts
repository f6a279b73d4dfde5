import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The permits of the open deployments as files that a guard reads without a database: `permits/<deployment>.json`, and
 * `permits/open.json` that says which there are and up to which event. Each carries a MAC (HMAC-SHA256) by a key that lies
 * beside the ledger, so that a permit that was edited, put back from earlier or taken away is noticed. The key belongs to
 * the same user: it resists a stray write, not a program that sets out to forge one (docs/security.md).
 */
const KEY = 'permit.key';
const INDEX = 'open.json';
const LEDGER = 'ledger.sqlite';
/** A permit is a few kilobytes; longer files are somebody else's. */
const MAX_BYTES = 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;
type Index = Readonly<Record<string, number>>;

const folderOf = (home: string): string => join(home, 'permits');

const macOf = (key: string, fields: Fields): string =>
  createHmac('sha256', key).update(JSON.stringify(fields)).digest('hex');

function isSealed(key: string, { mac, ...fields }: Fields): boolean {
  const right = Buffer.from(macOf(key, fields));
  const given = Buffer.from(typeof mac === 'string' ? mac : '');
  return right.length === given.length && timingSafeEqual(right, given);
}

async function ownKey(home: string): Promise<string> {
  const path = join(home, KEY);
  try {
    await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}

/** Replaces a file in one step, for its owner alone. */
async function replace(path: string, text: string): Promise<void> {
  const fresh = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/**
 * Writes the permit of a deployment (`fields.seq` says up to which event), or takes it away where it is closed (undefined).
 * Never puts an older one over a newer: several servers may share one ledger.
 */
export async function writePermitFile(
  home: string,
  id: string,
  seq: number,
  fields: Fields | undefined,
): Promise<void> {
  await mkdir(folderOf(home), { recursive: true, mode: 0o700 });
  const key = await ownKey(home);
  await locked(home, async () => {
    const open = readIndex(home, key) ?? {};
    const path = join(folderOf(home), `${id}.json`);
    if (fields !== undefined && (open[id] ?? 0) > seq && sealedSeq(path, key) > seq) return;
    const { [id]: _before, ...others } = open;
    if (fields === undefined) await rm(path, { force: true });
    else await replace(path, `${JSON.stringify({ ...fields, mac: macOf(key, fields) })}\n`);
    await writeIndex(home, key, fields === undefined ? others : { ...others, [id]: seq });
  });
}

/** Makes the key, and a list of what is open where there is none that can be trusted. */
export async function beginPermits(home: string): Promise<void> {
  await mkdir(folderOf(home), { recursive: true, mode: 0o700 });
  const key = await ownKey(home);
  await locked(home, async () => {
    if (readIndex(home, key) === undefined) await writeIndex(home, key, {});
  });
}

async function writeIndex(home: string, key: string, open: Index): Promise<void> {
  const fields: Fields = { open };
  await replace(join(folderOf(home), INDEX), `${JSON.stringify({ ...fields, mac: macOf(key, fields) })}\n`);
}

/** After a crash, a lock this old belongs to nobody. */
const STALE_LOCK_MS = 2000;

/** One writer of the index at a time; a lock that stays is passed over, since a permit must not wait for a dead process. */
async function locked(home: string, work: () => Promise<void>): Promise<void> {
  const lock = join(folderOf(home), '.lock');
  const until = Date.now() + STALE_LOCK_MS;
  let held = false;
  while (!held && Date.now() < until) {
    held = await mkdir(lock).then(
      () => true,
      () => sleep(10).then(() => false),
    );
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

function readIndex(home: string, key: string): Index | undefined {
  const found = readFields(join(folderOf(home), INDEX));
  if (found === undefined || !isSealed(key, found)) return undefined;
  const { open } = found;
  if (typeof open !== 'object' || open === null) return undefined;
  return Object.fromEntries(
    Object.entries(open).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function sealedSeq(path: string, key: string): number {
  const found = readFields(path);
  return found !== undefined && isSealed(key, found) && typeof found.seq === 'number' ? found.seq : 0;
}

/** A regular file of bounded length with a JSON object in it; undefined: there is none, or it is something else. */
function readFields(path: string): Fields | undefined {
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
  const keyPath = join(home, KEY);
  const present = jsonFiles(home);
  const anything = existsSync(keyPath) || existsSync(join(home, LEDGER)) || present.length > 0;
  if (!anything) return { permits: [], faults: [] };
  const key = keyText(keyPath);
  const index = key === undefined ? undefined : readIndex(home, key);
  if (key === undefined || index === undefined) {
    const fault = `${join(folderOf(home), INDEX)} is missing or was changed, so what is open is not known; the server writes it again at its next call (deployment-status)`;
    return { permits: [], faults: [fault] };
  }
  const permits: Fields[] = [];
  const faults: string[] = [];
  for (const [id, seq] of Object.entries(index)) {
    const path = join(folderOf(home), `${id}.json`);
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
    return readdirSync(folderOf(home)).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}
