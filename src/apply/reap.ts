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
  // A run whose children are left keeps its placements: nothing else would lead to them again.
  const gone = leftovers.filter(
    (p) => removal.verified || !removal.remaining.some((r) => sameObject(r.ref, p.object) || isStranger(r.ref)),
  );
  return { ...removal, gone };

  function isStranger(ref: Placement['object']): boolean {
    return !leftovers.some((p) => sameObject(p.object, ref));
  }
}

/** Those of the leftovers that are gone now. */
export const removeLeftovers = async (writer: Writer, leftovers: readonly Placement[]): Promise<readonly Placement[]> =>
  (await reap(writer, leftovers)).gone;
