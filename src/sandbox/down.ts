// Ending a sandbox, whatever state it is in: running, half started, or what a crash left of one.

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveBack } from './machine.ts';
import { folderOf, isSandboxName } from './places.ts';
import { SandboxProblem } from './problem.ts';
import { descendants, marked, type Process, stop } from './processes.ts';
import { readState } from './state.ts';

/** The name of a file that says that a `down` is at work, to an `up` that sees its processes die. */
const ENDING = 'ending';

export function isEnding(name: string): boolean {
  return !existsSync(folderOf(name)) || existsSync(join(folderOf(name), ENDING));
}

/**
 * Stops every process of the sandbox and deletes its folder. Answers whether there was one. What it holds is thrown
 * away, so nothing needs to end gracefully. `keepLogs` leaves the logs of a failed start to be read.
 */
export async function down(options: { name?: string; keepLogs?: boolean } = {}): Promise<boolean> {
  const { name = 'default', keepLogs = false } = options;
  if (!isSandboxName(name)) throw new SandboxProblem('usage', `"${name}" can't be a sandbox's name.`);
  const folder = folderOf(name);
  const existed = existsSync(folder);
  if (existed) writeFileSync(join(folder, ENDING), '');
  const stays = await stopAll(name, folder);
  if (stays.length > 0) {
    const who = stays.map((one) => `${one.component} (${one.pid})`).join(', ');
    throw new SandboxProblem('failed', `These processes of sandbox ${name} don't end, even killed: ${who}.`);
  }
  if (process.platform === 'linux') await giveBack(folder);
  if (!existed) return false;
  // With retries, because a second `down` may be at work, too.
  const remove = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  if (!keepLogs || !existsSync(join(folder, 'logs'))) remove(folder);
  else for (const entry of readdirSync(folder)) if (entry !== 'logs') remove(join(folder, entry));
  return true;
}

/** Again, when what was stopped has started another in between. */
async function stopAll(name: string, folder: string): Promise<Process[]> {
  let left: Process[] = [];
  for (let round = 0; round < 3; round += 1) {
    const state = readState(name);
    const known = [...(typeof state === 'object' ? state.processes : []), ...marked(folder)];
    left = await stop([...descendants(known), ...known]);
    if (marked(folder).length === 0) break;
  }
  return left;
}
