// One process at a time makes a thing that many want.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bornOf, isAlive } from './processes.ts';

/**
 * Two builds at once would only slow each other down: the second waits for the first, and comes back at once when what
 * it wants is done. A lock whose holder died is taken over. Answers how to let go.
 */
export async function takeLock(path: string, isDone: () => boolean, waiting: () => void): Promise<() => void> {
  const mine = { component: 'build', pid: process.pid, born: bornOf(process.pid) ?? '' };
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch {
      if (isDone()) return () => undefined;
    }
    if (!holderLives(path) && waited > 0) rmSync(path, { force: true });
    else if (waited % 30 === 0) waiting();
    await sleep(1000);
  }
}

function holderLives(path: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return false;
  }
}
