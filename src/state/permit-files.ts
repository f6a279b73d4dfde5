import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Fields,
  INDEX_FILE,
  type Index,
  isSealed,
  KEY_FILE,
  macOf,
  permitsFolder,
  readFields,
  readIndex,
} from './permit-read.ts';

async function ownKey(home: string): Promise<string> {
  const path = join(home, KEY_FILE);
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
  await mkdir(permitsFolder(home), { recursive: true, mode: 0o700 });
  const key = await ownKey(home);
  await locked(home, async () => {
    const open = readIndex(home, key) ?? {};
    const path = join(permitsFolder(home), `${id}.json`);
    if (fields !== undefined && (open[id] ?? 0) > seq && sealedSeq(path, key) > seq) return;
    const { [id]: _before, ...others } = open;
    if (fields === undefined) await rm(path, { force: true });
    else await replace(path, `${JSON.stringify({ ...fields, mac: macOf(key, fields) })}\n`);
    await writeIndex(home, key, fields === undefined ? others : { ...others, [id]: seq });
  });
}

/** Makes the key, and a list of what is open where there is none that can be trusted. */
export async function beginPermits(home: string): Promise<void> {
  await mkdir(permitsFolder(home), { recursive: true, mode: 0o700 });
  const key = await ownKey(home);
  await locked(home, async () => {
    if (readIndex(home, key) === undefined) await writeIndex(home, key, {});
  });
}

async function writeIndex(home: string, key: string, open: Index): Promise<void> {
  const fields: Fields = { open };
  await replace(join(permitsFolder(home), INDEX_FILE), `${JSON.stringify({ ...fields, mac: macOf(key, fields) })}\n`);
}

/** After a crash, a lock this old belongs to nobody. */
const STALE_LOCK_MS = 2000;

/** One writer of the index at a time; a lock that stays is passed over, since a permit must not wait for a dead process. */
async function locked(home: string, work: () => Promise<void>): Promise<void> {
  const lock = join(permitsFolder(home), '.lock');
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

function sealedSeq(path: string, key: string): number {
  const found = readFields(path);
  return found !== undefined && isSealed(key, found) && typeof found.seq === 'number' ? found.seq : 0;
}
