import type { Writer } from '../cluster/index.ts';
import type { Fact, PlacedObject, Placement } from '../workflow/index.ts';
import { sameObject } from './ref.ts';
import type { Remaining } from './remaining.ts';
import { removeAll } from './remove.ts';

const TIMEOUT_MS = 30_000;

export type CleanedUp = {
  /** For the record: what is seen to be gone, and what had come of it and won't go, which nothing may lead to any more. */
  readonly facts: readonly Fact[];
  readonly remaining: readonly Remaining[];
};

/** Takes out what is left of bullets and rehearsals. */
export async function cleanUp(writer: Writer, leftovers: readonly Placement[]): Promise<CleanedUp> {
  const facts: Fact[] = [];
  const left: Remaining[] = [];
  for (const [run, ours] of Map.groupBy(leftovers, (p) => p.run)) {
    const placed = ours.map((p) => ({ ref: p.object, run }));
    const { remaining } = await removeAll(writer, placed, { timeoutMs: TIMEOUT_MS, volumes: true, hurry: true });
    const purpose = ours[0]?.purpose ?? 'tracer';
    const record = (object: PlacedObject, state: 'gone' | 'created') =>
      facts.push({ type: 'placed', run, object, state, purpose });
    for (const { object } of ours) if (!remaining.some((r) => sameObject(r.ref, object))) record(object, 'gone');
    for (const { ref } of remaining) if (!ours.some((p) => sameObject(p.object, ref))) record(ref, 'created');
    left.push(...remaining);
  }
  return { facts, remaining: left };
}
