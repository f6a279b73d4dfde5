import type { Writer } from '../cluster/index.ts';
import type { Placement } from '../workflow/index.ts';
import { sameObject } from './ref.ts';
import { type Removal, removeAll } from './remove.ts';

const TIMEOUT_MS = 30_000;

/** Takes out what an earlier process of this ledger left behind. What is not seen to be gone is told, not recorded. */
export async function reap(
  writer: Writer,
  leftovers: readonly Placement[],
  timeoutMs = TIMEOUT_MS,
): Promise<Removal & { readonly gone: readonly Placement[] }> {
  const removal = await removeAll(
    writer,
    leftovers.map((p) => ({ ref: p.object, run: p.run })),
    { timeoutMs },
  );
  const stuck = (p: Placement) => removal.remaining.some((r) => sameObject(r.ref, p.object));
  const childrenLeft = removal.remaining.some((r) => !leftovers.some((p) => sameObject(p.object, r.ref)));
  // Children that won't go are on no record: while there are any, what leads to them stays on it.
  return { ...removal, gone: childrenLeft ? [] : leftovers.filter((p) => !stuck(p)) };
}

/** Those of the leftovers that are gone now. */
export const removeLeftovers = async (writer: Writer, leftovers: readonly Placement[]): Promise<readonly Placement[]> =>
  (await reap(writer, leftovers)).gone;
