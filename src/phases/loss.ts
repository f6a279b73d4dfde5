import { address, called, type Family, familyOf, kindsOfFamily, refOf } from '../apply/index.ts';
import { groupVersion, type Reader } from '../cluster/index.ts';
import { type KubeObject, lossOf, textAt, treeOf } from '../objects/index.ts';
import { isCustom } from '../plan/index.ts';
import type { Deployment, PlacedObject } from '../workflow/index.ts';
import { inventory } from './inventory.ts';

/** What is lost for good when this object is deleted now. */
export type Loss = { readonly object: PlacedObject; readonly lost: readonly string[] };

/** Any object may own a claim, also one of a kind whose controllers make nothing. */
const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/**
 * What a rollback loses: of what it takes away again, and of what its commands delete. A Secret that such a command deletes
 * and no phase wrote (an issuer's account key, an operator's password) is in no file to be written from again.
 */
export async function lossesOfRollback(
  reader: Reader,
  d: Deployment,
  { removed, deleted }: { readonly removed: readonly PlacedObject[]; readonly deleted: readonly PlacedObject[] },
): Promise<Loss[]> {
  const own = (object: PlacedObject) => removed.some((one) => one.uid === object.uid);
  const losses = await lossesOf(reader, [...removed, ...deleted.filter((object) => !own(object))]);
  const written = new Set(d.placements.flatMap((p) => p.object.uid ?? []));
  const keys = deleted
    .filter((object) => object.kind === 'Secret' && !written.has(object.uid ?? ''))
    .filter((object) => !losses.some((loss) => loss.object.uid === object.uid))
    .map((object): Loss => ({ object, lost: ['what is in it, which this plan did not write'] }));
  return [...losses, ...keys];
}

/** Of these objects, those whose deletion loses something: looked at in the cluster, with all that they own. */
export async function lossesOf(reader: Reader, objects: readonly PlacedObject[]): Promise<Loss[]> {
  if (objects.length === 0) return [];
  const looks = await Promise.all(objects.map(async (object) => ({ object, root: await whole(reader, object) })));
  const there = looks.flatMap(({ object, root }) =>
    root === undefined || root.metadata.uid !== (object.uid ?? root.metadata.uid) ? [] : [{ object, root }],
  );
  const refs = there.map(({ root }) => refOf(root));
  const kinds = [...(await kindsOfFamily(reader, refs)).filter((k) => k.kind !== CLAIM.kind), CLAIM];
  const family = await familyOf(reader, kinds, refs, new Set());
  const members = await Promise.all(
    family.members.map(async (member) => (isClaim(member) ? ((await whole(reader, refOf(member))) ?? member) : member)),
  );
  const volumes = await volumesOf(reader, [...there.map(({ root }) => root), ...members].filter(isClaim));
  const found = await Promise.all(
    there.map(async ({ object, root }): Promise<Loss[]> => {
      const owned = treeOf(root, members).slice(1);
      const lost = [
        ...lossOf({ root, owned, volumes, holds: await heldBy(reader, root) }),
        ...unseenOf(family, object),
      ];
      return lost.length === 0 ? [] : [{ object, lost }];
    }),
  );
  return found.flat();
}

const unseenOf = ({ unseen }: Family, object: PlacedObject): string[] =>
  unseen
    .filter(({ kind }) => isCustom(object.apiVersion) && [CLAIM.kind, 'Secret'].includes(kind.kind))
    .map(({ kind }) => `perhaps ${kind.kind} objects that it owns, which this identity may not list`);

export const lossText = ({ object, lost }: Loss): string => `${called(object)}: ${lost.join('; ')}`;

const isClaim = ({ apiVersion, kind }: KubeObject): boolean => apiVersion === 'v1' && kind === 'PersistentVolumeClaim';

async function whole(reader: Reader, ref: PlacedObject): Promise<KubeObject | undefined> {
  const there = await reader.getIfThere(address(ref));
  return there.ok ? there.value : undefined;
}

async function volumesOf(reader: Reader, claims: readonly KubeObject[]): Promise<ReadonlyMap<string, KubeObject>> {
  const names = [...new Set(claims.map((claim) => textAt(claim, 'spec', 'volumeName')).filter((name) => name !== ''))];
  const looks = await Promise.all(
    names.map((name) => reader.getIfThere({ apiVersion: 'v1', kind: 'PersistentVolume', name })),
  );
  return new Map(
    looks.flatMap((look) =>
      look.ok && look.value !== undefined ? [[look.value.metadata.name ?? '', look.value]] : [],
    ),
  );
}

async function heldBy(reader: Reader, root: KubeObject): Promise<number> {
  const { name = '' } = root.metadata;
  if (root.kind === 'Namespace' || root.kind === 'Project') return (await inventory(reader, name)).things.size;
  if (root.kind !== 'CustomResourceDefinition') return 0;
  const discovery = await reader.discovery();
  const [group, kind] = [textAt(root, 'spec', 'group'), textAt(root, 'spec', 'names', 'kind')];
  const served = discovery.ok ? discovery.value.find({ group, kind }) : undefined;
  if (served === undefined) return 0;
  const listed = await reader.list({ apiVersion: groupVersion(group, served.version), kind }, { metadataOnly: true });
  return listed.ok ? listed.value.items.length : 1;
}
