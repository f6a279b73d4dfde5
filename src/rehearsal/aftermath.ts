import { setTimeout as sleep } from 'node:timers/promises';
import { address, called, differences } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/index.ts';
import { added, type Inventory, inventory, namesOf, type Thing, vanished } from '../phases/inventory.ts';
import type { PlacedObject } from '../workflow/index.ts';
import type { Scratch } from './scratch.ts';

/** The copy before phase n and after its rollback: what must be the same. Differences are told in sentences. */

/** So long controllers may take to follow their owners out; what nobody owns and nobody deletes won't go by itself. */
const FOLLOW_MS = 30_000;
const LOOK_AGAIN_MS = 4_000;

export type State = { readonly inventory: Inventory; readonly objects: readonly KubeObject[] };

export async function stateOf(reader: Reader, scratch: Scratch, objects: readonly KubeObject[]): Promise<State> {
  const looks = await Promise.all(objects.map((o) => reader.getIfThere(address(refOfLive(o)))));
  return {
    inventory: await inventory(reader, scratch.name),
    objects: looks.flatMap((l) => (l.ok && l.value !== undefined ? [l.value] : [])),
  };
}

const refOfLive = ({ apiVersion, kind, metadata: { name = '', namespace } }: KubeObject): PlacedObject => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

/** Nothing may be there that was not there before the phase; controllers are given the time to follow. */
export async function leftBehind(
  reader: Reader,
  scratch: Scratch,
  before: Inventory,
  byDesign: (thing: Thing) => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  for (const begun = Date.now(); ; await sleep(1000)) {
    const now = await inventory(reader, scratch.name);
    const left = added(before, now).filter((thing) => !byDesign(thing));
    const gone = vanished(before, now);
    if (gone.length > 0) return [`it takes away what was there before the phase: ${namesOf(gone)}`];
    if (left.length === 0) return [];
    const stays = left.some((thing) => thing.owners.length === 0 && !thing.going);
    if (Date.now() > begun + (stays ? LOOK_AGAIN_MS : FOLLOW_MS) || signal.aborted)
      return [`it leaves behind: ${namesOf(left)}`];
  }
}

/** What earlier phases brought is as it was, save what this phase itself changed, which `restore` has compared. */
export async function earlierHurt(reader: Reader, before: State, touched: ReadonlySet<string>): Promise<string[]> {
  const looks = await Promise.all(
    before.objects.map(async (was) => {
      const ref = refOfLive(was);
      if (touched.has(called(ref))) return [];
      const now = await reader.getIfThere(address(ref));
      // Absent ones are told by the inventory.
      const changed = now.ok && now.value !== undefined ? differences(was, now.value) : [];
      return changed.length === 0
        ? []
        : [`it changes ${called(ref)} of an earlier phase, at ${changed.slice(0, 5).join(', ')}`];
    }),
  );
  return looks.flat();
}
