import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_RECORD, type RunRecord, removeFolder, runsFolder } from './layout.ts';
import { isDead, type Owner } from './owner.ts';
import { markedProcesses, send } from './processes.ts';

/** A folder without a record is being made, or was left in the moment of being made. */
const UNRECORDED_MS = 60_000;

/**
 * What a server that was killed left in the data folder: the folders of its runs, with what commands were given, and the
 * processes that its commands started. Ended and removed by the next server; what belongs to one that lives is left alone.
 */
export async function removeAbandoned(dataFolder: string): Promise<{ folders: number; processes: number }> {
  const root = runsFolder(dataFolder);
  const removed = { folders: 0, processes: 0 };
  for (const name of await readdir(root).catch(() => [])) {
    const path = join(root, name);
    const record = await recordOf(path);
    if (record === undefined ? !(await isOld(path)) : !isDead(record.owner)) continue;
    if (record !== undefined) {
      for (const pid of await markedProcesses(record.mark)) if (send(pid, 'SIGKILL')) removed.processes += 1;
    }
    await removeFolder(path);
    removed.folders += 1;
  }
  return removed;
}

async function recordOf(path: string): Promise<RunRecord | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(join(path, RUN_RECORD), 'utf8'));
    if (typeof read !== 'object' || read === null || !('owner' in read) || !('mark' in read)) return undefined;
    return typeof read.mark === 'string' && isOwner(read.owner) ? { owner: read.owner, mark: read.mark } : undefined;
  } catch {
    return undefined;
  }
}

const isOwner = (value: unknown): value is Owner =>
  typeof value === 'object' &&
  value !== null &&
  'host' in value &&
  typeof value.host === 'string' &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'born' in value &&
  typeof value.born === 'string';

const isOld = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > UNRECORDED_MS;
};
