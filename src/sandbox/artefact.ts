// Things that take minutes to make, made once and kept in the cache under the hash of what they are made of.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { takeLock } from './lock.ts';
import { unmountBelow } from './mounts.ts';
import { cache } from './places.ts';
import type { Progress } from './progress.ts';

export type Artefact = {
  /** A folder of the cache, and what the thing is called in a sentence. */
  readonly kind: string;
  readonly name: string;
  /** Changes with everything it is made of. */
  readonly key: string;
  /** Makes it, in an empty folder, and answers the folder that is to be kept (that one, or one below). */
  readonly make: (work: string) => Promise<string>;
};

export const placeOf = (kind: string, name: string, key: string): string => join(cache(), kind, `${name}-${key}`);

/** The folder with the thing in it: the cache's, or made now. */
export async function kept(artefact: Artefact, progress: Progress): Promise<string> {
  const { kind, name, key, make } = artefact;
  const place = placeOf(kind, name, key);
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  const wait = () => progress(`waiting: another process is making ${name}`);
  const release = await takeLock(`${place}.lock`, () => existsSync(place), wait);
  try {
    if (existsSync(place)) return place;
    // On the same file system as the place, so that the rename is one step.
    const work = mkdtempSync(`${place}.making-`);
    const began = Date.now();
    try {
      renameSync(await make(work), place);
      progress(`made ${name} in ${Math.round((Date.now() - began) / 1000)} s`);
    } finally {
      // debootstrap mounts /proc and /sys in there, and may have been broken off.
      await unmountBelow(work);
      rmSync(work, { recursive: true, force: true });
    }
  } finally {
    release();
  }
  return place;
}
