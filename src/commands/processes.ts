import { readdir, readFile } from 'node:fs/promises';

/**
 * Who belongs to a command: its process group, its descendants, and whoever carries its mark in the environment (a
 * child that called setsid leaves the group, and one whose parent has died leaves the tree; the mark stays with both).
 * What escapes: a process that leaves the group, outlives its parents and clears its environment. Marks and the tree
 * are read from /proc; elsewhere only the group is ended.
 */
export const MARK = 'INFRAGATE_COMMAND';
/** Of the whole run: a server that was killed could end none of its commands. */
export const RUN_MARK = 'INFRAGATE_RUN';

type Seen = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly zombie: boolean;
};

async function everyone(): Promise<Seen[]> {
  const entries = await readdir('/proc').catch(() => []);
  const seen = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry): Promise<Seen[]> => {
        const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
        // pid (name) state ppid pgrp session: the name may hold blanks and brackets
        const [state, ...numbers] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const [parent = 0, group = 0, session = 0] = numbers.slice(0, 3).map(Number);
        return stat === '' ? [] : [{ pid: Number(entry), parent, group, session, zombie: state === 'Z' }];
      }),
  );
  return seen.flat();
}

/**
 * Pids of the living in the group or session of `leader`, descending from it, or carrying the mark; never our own.
 * undefined where there is no /proc to ask.
 */
export async function belonging(leader: number, mark: string): Promise<number[] | undefined> {
  const seen = await everyone();
  if (seen.length === 0) return undefined;
  const all = seen.filter((p) => !p.zombie && p.pid !== process.pid);
  const mine = new Set<number>([leader]);
  for (const p of all) if (p.group === leader || p.session === leader) mine.add(p.pid);
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of all) {
      if (mine.has(parent) && !mine.has(pid)) {
        mine.add(pid);
        grew = true;
      }
    }
  }
  const marked = await Promise.all(
    all.map(async ({ pid }) => !mine.has(pid) && (await carries(pid, `${MARK}=${mark}`))),
  );
  return all.filter(({ pid }, index) => marked[index] === true || mine.has(pid)).map(({ pid }) => pid);
}

/** Pids of the living that carry the mark of a run; none where there is no /proc to ask. */
export async function markedProcesses(mark: string): Promise<number[]> {
  const all = (await everyone()).filter((p) => !p.zombie && p.pid !== process.pid);
  const marked = await Promise.all(all.map(({ pid }) => carries(pid, `${RUN_MARK}=${mark}`)));
  return all.flatMap(({ pid }, index) => (marked[index] === true ? [pid] : []));
}

async function carries(pid: number, entry: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environment.split('\0').includes(entry);
}

export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  send(-leader, signal);
}

/** True when there was something to signal. */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false; // gone already
  }
}
