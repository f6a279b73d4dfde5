import type { Reader } from '../../cluster/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { at, called, groupOf, isRecord, refOf } from '../ref.ts';
import { hostsOf } from './hosts.ts';
import type { Selector } from './selectors.ts';

/** What is in a namespace that new objects could get in the way of. */
export type Surroundings = {
  /** Selectors of what is there. `adopts`: a workload, which takes over Pods that have no controller. */
  readonly selectors: readonly { readonly name: string; readonly selector: Selector; readonly adopts: boolean }[];
  readonly pods: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  /** Host → who serves it. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly secrets: ReadonlySet<string>;
  /** Kinds that could not be listed, so nothing is known of them. */
  readonly unseen: readonly string[];
};

type Source = { readonly apiVersion: string; readonly kind: string; readonly adopts?: boolean };

const SELECTING: readonly Source[] = [
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', adopts: true },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', adopts: true },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', adopts: true },
  { apiVersion: 'v1', kind: 'ReplicationController', adopts: true },
];
const HOSTING: readonly Source[] = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'route.openshift.io/v1', kind: 'Route' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
];

/** Only what these objects could get in the way of is read. */
export async function surroundings(
  reader: Reader,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<Surroundings> {
  const unseen: string[] = [];
  const all = async (source: Source, options: { namespace?: string; metadataOnly?: boolean }) => {
    const listed = await reader.list(source, options);
    if (listed.ok) return listed.value.items;
    // A kind that isn't served has no objects.
    if (listed.error.status !== 404) unseen.push(source.kind);
    return [];
  };
  const hasHosts = objects.some((object) => hostsOf(object).length > 0);
  const hasSelectors = objects.some((o) => ['Service', 'NetworkPolicy', 'PodDisruptionBudget'].includes(o.kind));
  const hasCustom = objects.some((o) => groupOf(o.apiVersion).includes('.'));
  const none: readonly KubeObject[] = [];
  const [selecting, pods, hosting, secrets] = await Promise.all([
    Promise.all(SELECTING.map(async (source) => ({ source, items: await all(source, { namespace }) }))),
    hasSelectors ? all({ apiVersion: 'v1', kind: 'Pod' }, { namespace, metadataOnly: true }) : none,
    hasHosts ? Promise.all(HOSTING.map((source) => everywhere(reader, source, namespace))) : [],
    hasCustom ? all({ apiVersion: 'v1', kind: 'Secret' }, { namespace, metadataOnly: true }) : none,
  ]);
  return {
    selectors: selecting.flatMap(({ source, items }) =>
      items.flatMap((item) => {
        const selector = item.kind === 'NetworkPolicy' ? at(item, 'spec', 'podSelector') : at(item, 'spec', 'selector');
        return isRecord(selector) ? [{ name: called(refOf(item)), selector, adopts: source.adopts === true }] : [];
      }),
    ),
    pods: pods.map((pod) => ({ name: called(refOf(pod)), labels: pod.metadata.labels ?? {} })),
    hosts: new Map(hosting.flat().flatMap((item) => hostsOf(item).map((host) => [host, whose(item)]))),
    secrets: new Set(secrets.map((secret) => secret.metadata.name ?? '')),
    unseen,
  };
}

/** Hosts belong to the whole cluster; where only the namespace may be read, to that much. */
async function everywhere(reader: Reader, source: Source, namespace: string): Promise<readonly KubeObject[]> {
  const wide = await reader.list(source);
  if (wide.ok) return wide.value.items;
  const narrow = await reader.list(source, { namespace });
  return narrow.ok ? narrow.value.items : [];
}

const whose = (item: KubeObject) => `${called(refOf(item))} in ${item.metadata.namespace ?? 'the cluster'}`;
