// Processes that outlive the command that starts them, and ending them without ever hitting someone else's.

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A process as it can be known again later. A pid alone is reused by the system; `born` (boot and start time) is not.
 */
export type Process = { component: string; pid: number; born: string };

/** Every process of a sandbox, and what those start, carries this variable with the sandbox's folder as its value. */
const MARK = 'INFRAGATE_SANDBOX_FOLDER';

export type Program = { component: string; file: string; args: readonly string[]; log: string; folder: string };

/** Starts a process in a session of its own, with its output in a file. */
export function start(program: Program): Process {
  const log = openSync(program.log, 'a', 0o600);
  try {
    const child = spawn(program.file, program.args, {
      cwd: program.folder,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, [MARK]: program.folder },
    });
    // A failed start is seen by whoever waits for the component; an unhandled event would end this process.
    child.on('error', () => undefined);
    child.unref();
    const pid = child.pid;
    return { component: program.component, pid: pid ?? 0, born: pid === undefined ? '' : (bornOf(pid) ?? '') };
  } finally {
    closeSync(log);
  }
}

/** When the process with this pid began, or undefined when there is none (a zombie counts as none). */
export function bornOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return bornByPs(pid);
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = fieldsOf(stat);
  if (fields.state === 'Z' || fields.state === 'X') return undefined;
  return `${read('/proc/sys/kernel/random/boot_id')?.trim()}:${fields.startTime}`;
}

/** The second field of /proc/PID/stat is the name in parentheses and may itself hold spaces and parentheses. */
export function fieldsOf(stat: string): { state: string; parent: number; startTime: string } {
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: rest[0] ?? '', parent: Number(rest[1]), startTime: rest[19] ?? '' };
}

function bornByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function isAlive(one: Process): boolean {
  return one.pid > 0 && one.born !== '' && bornOf(one.pid) === one.born;
}

/** Every living process that carries the mark of this folder: also those no one had time to write down. */
export function marked(folder: string): Process[] {
  const wanted = `${MARK}=${folder}`;
  return allPids().flatMap((pid) => {
    if (pid === process.pid) return [];
    const environment = read(`/proc/${pid}/environ`);
    const born = environment?.split('\0').includes(wanted) ? bornOf(pid) : undefined;
    return born === undefined ? [] : [{ component: nameOf(pid), pid, born }];
  });
}

/** The processes below these, in any depth: containers carry no mark, but their shims do. */
export function descendants(of: readonly Process[]): Process[] {
  const children = Map.groupBy(
    allPids().flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      return stat === undefined ? [] : [{ pid, parent: fieldsOf(stat).parent }];
    }),
    (one) => one.parent,
  );
  const found = new Map<number, Process>();
  const visit = (parent: number) => {
    for (const { pid } of children.get(parent) ?? []) {
      const born = bornOf(pid);
      if (found.has(pid) || born === undefined) continue;
      found.set(pid, { component: nameOf(pid), pid, born });
      visit(pid);
    }
  };
  for (const one of of) if (isAlive(one)) visit(one.pid);
  return [...found.values()];
}

/** Sends SIGTERM when given a grace time, then SIGKILL, and comes back when all are gone. Answers those that stay. */
export async function stop(processes: readonly Process[], graceMs = 0): Promise<Process[]> {
  let left = processes.filter(isAlive);
  if (graceMs > 0) {
    for (const one of left) signal(one, 'SIGTERM');
    left = await untilGone(left, graceMs);
  }
  for (const one of left) signal(one, 'SIGKILL');
  return untilGone(left, 10_000);
}

async function untilGone(processes: readonly Process[], withinMs: number): Promise<Process[]> {
  const end = Date.now() + withinMs;
  let left = processes.filter(isAlive);
  while (left.length > 0 && Date.now() < end) {
    await sleep(20);
    left = left.filter(isAlive);
  }
  return left;
}

function signal(one: Process, name: NodeJS.Signals): void {
  if (!isAlive(one)) return;
  try {
    process.kill(one.pid, name);
  } catch {
    // Gone between the look and the signal.
  }
}

function allPids(): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));
}

function nameOf(pid: number): string {
  return read(`/proc/${pid}/comm`)?.trim() ?? 'unknown';
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
