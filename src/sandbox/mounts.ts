// What is mounted below a folder, and taking it off before the folder is deleted.

import { existsSync, readFileSync } from 'node:fs';
import { SandboxProblem } from './problem.ts';
import { run } from './run.ts';

const MOUNTS = '/proc/self/mountinfo';

/**
 * Deepest first, and lazily: a mount that is still in use goes when its last user does. Throws when one stays. Nothing to
 * do where there is no /proc.
 */
export async function unmountBelow(folder: string): Promise<void> {
  if (!existsSync(MOUNTS)) return;
  for (const point of mountPointsBelow(readFileSync(MOUNTS, 'utf8'), folder)) {
    await run('umount', ['-l', '--', point]).catch(() => undefined);
  }
  // The folder is deleted next, and a mount that is left could lead the deletion to files that are not ours.
  const left = mountPointsBelow(readFileSync(MOUNTS, 'utf8'), folder);
  if (left.length > 0)
    throw new SandboxProblem('failed', `These can't be unmounted, so ${folder} stays: ${left.join(', ')}`);
}

/** The mount points below a folder, the last mounted first. mountinfo writes space and the like as \040. */
export function mountPointsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
}
