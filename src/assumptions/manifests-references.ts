import type { KubeObject } from '../cluster/index.ts';
import { podTemplateOf, type Reference, referencesOf, selectorOf } from '../objects/index.ts';
import { at, isRecord } from './json.ts';
import { apiVersionOf, discoveryOf, type World } from './world.ts';

/** What a manifest names and needs: in the cluster, or in the same set? */
export type Unresolved = {
  readonly missing: readonly string[];
  /** It starts without them. */
  readonly optional: readonly string[];
  /** What this identity may not see. */
  readonly unseen: readonly string[];
};

const GROUPS: Readonly<Record<string, string>> = {
  StorageClass: 'storage.k8s.io',
  IngressClass: 'networking.k8s.io',
  PriorityClass: 'scheduling.k8s.io',
  RuntimeClass: 'node.k8s.io',
  GatewayClass: 'gateway.networking.k8s.io',
  Gateway: 'gateway.networking.k8s.io',
  Role: 'rbac.authorization.k8s.io',
  ClusterRole: 'rbac.authorization.k8s.io',
  VolumeSnapshot: 'snapshot.storage.k8s.io',
};

type State = 'there' | 'missing' | 'unseen' | { readonly keys: readonly string[] };

export async function unresolved(world: World, object: KubeObject, set: readonly KubeObject[]): Promise<Unresolved> {
  const home = object.metadata.namespace ?? world.namespace;
  const missing: string[] = [];
  const optional: string[] = [];
  const unseen: string[] = [];
  for (const reference of await merged(referencesOf(object))) {
    const state =
      inSet(reference, object, home, set, world.namespace) ?? (await inCluster(world, reference, object, home));
    const { kind, name: called } = target(reference, object);
    const name = `${kind} ${called}`;
    const keyed = reference.key === undefined ? name : `${name} (key ${reference.key})`;
    if (state === 'there') continue;
    if (state === 'unseen') unseen.push(name);
    else if (state === 'missing') (reference.optional ? optional : missing).push(keyed);
    else if (reference.key !== undefined && !state.keys.includes(reference.key)) {
      (reference.optional ? optional : missing).push(
        `${keyed}; it has ${state.keys.slice(0, 8).join(', ') || 'no keys'}`,
      );
    }
  }
  return { missing: unique(missing), optional: unique(optional), unseen: unique(unseen) };
}

const unique = (names: readonly string[]) => [...new Set(names)];

/** One question for one thing, however often it is named; needed once is needed. */
async function merged(references: readonly Reference[]): Promise<Reference[]> {
  const byName = new Map<string, Reference>();
  for (const reference of references) {
    const key = `${reference.kind}/${reference.namespace ?? ''}/${reference.name}/${reference.key ?? ''}`;
    const before = byName.get(key);
    byName.set(key, before === undefined ? reference : { ...before, optional: before.optional && reference.optional });
  }
  return [...byName.values()];
}

function target(reference: Reference, object: KubeObject): { kind: string; name: string } {
  if (reference.kind !== 'ScaleTarget') return reference;
  const [kind = '', name = ''] = reference.name.split('/');
  return { kind: kind || String(at(object, 'spec', 'scaleTargetRef', 'kind')), name };
}

function inSet(
  reference: Reference,
  object: KubeObject,
  home: string,
  set: readonly KubeObject[],
  namespace: string,
): State | undefined {
  const { kind, name } = target(reference, object);
  const wanted = reference.namespace ?? home;
  const found = set.find(
    (o) =>
      o.kind === kind && o.metadata.name === name && (kind in GROUPS || (o.metadata.namespace ?? namespace) === wanted),
  );
  if (found === undefined) return undefined;
  return reference.key === undefined ? 'there' : { keys: keysOf(found) };
}

const keysOf = (object: KubeObject): string[] =>
  [object.data, object.stringData, object.binaryData].flatMap((data) => (isRecord(data) ? Object.keys(data) : []));

async function inCluster(world: World, reference: Reference, object: KubeObject, home: string): Promise<State> {
  const { kind, name } = target(reference, object);
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return 'unseen';
  const ofScale =
    reference.kind === 'ScaleTarget' ? String(at(object, 'spec', 'scaleTargetRef', 'apiVersion') ?? 'apps/v1') : '';
  const group = ofScale === '' ? (GROUPS[kind] ?? '') : ofScale.includes('/') ? (ofScale.split('/')[0] ?? '') : '';
  const resource = discovery.value.find({ group, kind });
  if (resource === undefined) return 'missing';
  const namespace = reference.namespace ?? home;
  const where = resource.namespaced ? { namespace } : {};
  const apiVersion = apiVersionOf(resource);
  const found = await world.once(
    `get ${apiVersion}/${kind}/${resource.namespaced ? namespace : ''}/${name}`,
    async () => {
      const read = await world.reader.getIfThere({ apiVersion, kind, name, ...where });
      // Of a Secret only the names of its keys are kept.
      if (!read.ok) return 'unseen' as const;
      return read.value === undefined ? ('missing' as const) : { keys: keysOf(read.value) };
    },
  );
  if (found === 'unseen' || found === 'missing') return found;
  return reference.key === undefined ? 'there' : found;
}

/** A Service that selects no Pod of the set, and none that runs, sends its traffic nowhere. */
export async function selectsNothing(world: World, service: KubeObject, set: readonly KubeObject[]): Promise<boolean> {
  const selector = service.kind === 'Service' ? selectorOf(service) : undefined;
  if (selector === undefined) return false;
  const fits = (labels: Readonly<Record<string, string>>) =>
    Object.entries(selector).every(([key, value]) => labels[key] === value);
  if (set.some((o) => fits(podTemplateOf(o)?.labels ?? {}))) return false;
  const namespace = service.metadata.namespace ?? world.namespace;
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await world.reader.list(
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace, labelSelector, limit: 1, metadataOnly: true },
  );
  return pods.ok && pods.value.items.length === 0;
}
