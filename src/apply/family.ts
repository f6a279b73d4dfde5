import type { ApiFailure, KindRef, Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { isOf } from './marks.ts';
import { groupOf } from './ref.ts';

/** The kinds that controllers of built-in and custom resources make objects of. */
const OFFSPRING: readonly KindRef[] = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
];
const OFFSPRING_OF_CUSTOM: readonly KindRef[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
];
const BUILT_IN = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
]);
const CHILDLESS = new Set([
  'ConfigMap',
  'Secret',
  'Service',
  'ServiceAccount',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Role',
  'RoleBinding',
  'LimitRange',
  'ResourceQuota',
]);

/**
 * The kinds in which children of these objects are to be looked for: what controllers usually make, and for a custom
 * resource the other kinds of its group, which its operator may make too.
 */
export async function kindsOfFamily(reader: Reader, roots: readonly PlacedObject[]): Promise<KindRef[]> {
  const parents = roots.filter((root) => !(BUILT_IN.has(groupOf(root.apiVersion)) && CHILDLESS.has(root.kind)));
  const custom = new Set(parents.map((root) => groupOf(root.apiVersion)).filter((group) => !BUILT_IN.has(group)));
  const kinds = parents.length === 0 ? [] : [...OFFSPRING];
  if (custom.size > 0) {
    kinds.push(...OFFSPRING_OF_CUSTOM);
    const discovery = await reader.discovery();
    if (discovery.ok) {
      for (const resource of discovery.value.resources) {
        if (!custom.has(resource.group) || !resource.namespaced || !resource.verbs.includes('list')) continue;
        kinds.push({ apiVersion: `${resource.group}/${resource.version}`, kind: resource.kind });
      }
    }
  }
  return [...new Map(kinds.map((kind) => [`${groupOf(kind.apiVersion)}/${kind.kind}`, kind])).values()];
}

/** Those of `among` that are owned, directly or through others, by one of `uids`. */
export function descendants(uids: ReadonlySet<string>, among: readonly KubeObject[]): KubeObject[] {
  const family = new Set(uids);
  const found = new Map<string, KubeObject>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const object of among) {
      const { uid } = object.metadata;
      if (uid === undefined || family.has(uid)) continue;
      if (!object.metadata.ownerReferences?.some((owner) => family.has(owner.uid))) continue;
      family.add(uid);
      found.set(uid, object);
      grown = true;
    }
  }
  return [...found.values()];
}

export type Family = {
  readonly members: readonly KubeObject[];
  /** Kinds that could not be looked at, and why. */
  readonly unseen: readonly { readonly kind: KindRef; readonly error: ApiFailure }[];
};

/**
 * Everything in the namespaces that belongs to these objects: by owner, and by the run that our own marks name. Metadata
 * only, so that no Secret's data is ever read.
 */
export async function familyOf(
  reader: Reader,
  kinds: readonly KindRef[],
  roots: readonly PlacedObject[],
  runs: ReadonlySet<string>,
): Promise<Family> {
  const namespaces = [...new Set(roots.flatMap((root) => root.namespace ?? []))];
  const unseen: { kind: KindRef; error: ApiFailure }[] = [];
  const all: KubeObject[] = [];
  await Promise.all(
    namespaces.flatMap((namespace) =>
      kinds.map(async (kind) => {
        const listed = await reader.list(kind, { namespace, metadataOnly: true });
        if (listed.ok) all.push(...listed.value.items);
        else if (listed.error.status !== 404) unseen.push({ kind, error: listed.error });
      }),
    ),
  );
  const known = new Set(roots.flatMap((root) => root.uid ?? []));
  const marked = all.filter((object) => [...runs].some((run) => isOf(object, run)));
  const members = new Map<string, KubeObject>();
  for (const object of [...marked, ...descendants(known, all)]) {
    const { uid } = object.metadata;
    if (uid !== undefined && !known.has(uid)) members.set(uid, object);
  }
  return { members: [...members.values()], unseen };
}
