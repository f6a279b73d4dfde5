import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeAside } from './keys.ts';

/** How often each passkey has signed, as its device counts; a device that doesn't count says 0 for ever. */
const stored = z.record(z.string(), z.number());

const path = (home: string): string => join(home, 'approver-counters.json');

async function counters(home: string): Promise<Record<string, number>> {
  return stored.parse(JSON.parse((await readIfThere(path(home))) ?? '{}'));
}

/** A counter that stands still or goes back is a copy of the passkey, or an answer from before (WebAuthn, 7.2 step 22). */
export const goesBack = (last: number, counter: number): boolean => (last > 0 || counter > 0) && counter <= last;

/** Takes the counter of an answer; false: it has gone back, and the answer counts for nothing. */
export async function takeCounter(home: string, credential: string, counter: number): Promise<boolean> {
  const all = await counters(home);
  if (goesBack(all[credential] ?? 0, counter)) return false;
  await writeAside(path(home), JSON.stringify({ ...all, [credential]: counter }));
  return true;
}
