import { address, called } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/index.ts';
import type { PlacedObject } from '../workflow/index.ts';

/** Something that stays when the objects that led to it are gone, and why. */
export type Leftover = { readonly object: PlacedObject; readonly why: string };

/**
 * What will outlive these objects by design, looked for while they are still there: the claims that a StatefulSet made
 * (Kubernetes keeps them, with their data) and the volumes of claims whose reclaim policy is Retain.
 */
export async function outliving(reader: Reader, removed: readonly PlacedObject[]): Promise<Leftover[]> {
  const found = await Promise.all(
    removed.map(async (ref): Promise<Leftover[]> => {
      if (ref.kind !== 'StatefulSet' && ref.kind !== 'PersistentVolumeClaim') return [];
      const live = await reader.getIfThere(address(ref));
      if (!live.ok || live.value === undefined) return [];
      return ref.kind === 'StatefulSet' ? claimsOf(reader, ref, live.value) : volumeOf(reader, live.value);
    }),
  );
  return found.flat();
}

/** Those that are in fact still there. */
export async function stillThere(reader: Reader, leftovers: readonly Leftover[]): Promise<Leftover[]> {
  const looks = await Promise.all(
    leftovers.map(async (one) => {
      const there = await reader.getIfThere(address(one.object));
      return there.ok && there.value === undefined ? [] : [one];
    }),
  );
  return looks.flat();
}

async function claimsOf(reader: Reader, ref: PlacedObject, set: KubeObject): Promise<Leftover[]> {
  const spec = Object(set.spec);
  if (Object(spec.persistentVolumeClaimRetentionPolicy).whenDeleted === 'Delete') return [];
  const templates: unknown[] = Array.isArray(spec.volumeClaimTemplates) ? spec.volumeClaimTemplates : [];
  const names = templates.map((t) => `${Object(Object(t).metadata).name}-${ref.name}-`);
  if (names.length === 0) return [];
  const where = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const listed = await reader.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, where);
  if (!listed.ok) return [];
  return listed.value.items
    .filter(({ metadata: { name = '' } }) =>
      names.some((n) => name.startsWith(n) && /^\d+$/.test(name.slice(n.length))),
    )
    .map(({ metadata: { name = '' } }) => ({
      object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, ...where },
      why: `made by ${called(ref)}; Kubernetes keeps the claims of a StatefulSet, and their data`,
    }));
}

async function volumeOf(reader: Reader, claim: KubeObject): Promise<Leftover[]> {
  const volume: unknown = Object(claim.spec).volumeName;
  if (typeof volume !== 'string' || volume === '') return [];
  const object = { apiVersion: 'v1', kind: 'PersistentVolume', name: volume };
  const live = await reader.getIfThere(object);
  if (!live.ok || Object(live.value?.spec).persistentVolumeReclaimPolicy !== 'Retain') return [];
  return [{ object, why: `the volume of PersistentVolumeClaim/${claim.metadata.name}; its reclaim policy is Retain` }];
}
