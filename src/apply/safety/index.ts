import type { Discovery, Reader } from '../../cluster/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { called, refOf } from '../ref.ts';
import type { Danger } from './danger.ts';
import { hostsOf } from './hosts.ts';
import { kindDangers } from './kinds.ts';
import { type Surroundings, surroundings } from './surroundings.ts';
import { dangersOf } from './unsafe.ts';

export type { Danger } from './danger.ts';
export { containersOf, podsOf } from './pods.ts';

/** What the operator has allowed beyond the rules (policy.yaml). */
export type Allowed = { readonly kinds: readonly string[]; readonly reasons: readonly string[] };

export type Judged = { readonly dangers: readonly Danger[]; readonly unseen: readonly string[] };

/**
 * May these documents be fired into this namespace without touching anything that isn't theirs? The objects are given
 * as they would be created: renamed, marked, with what they select rewritten.
 */
export async function judgeSafety(
  reader: Reader,
  objects: readonly KubeObject[],
  namespace: string,
  allowed: Allowed,
): Promise<Judged> {
  const discovery = await reader.discovery();
  const around = await surroundings(reader, namespace, objects);
  const kinds = discovery.ok ? kindDangers(objects, discovery.value, allowed.kinds) : [];
  const dangers = [...kinds, ...dangersOf(objects, around, namespace)];
  return { dangers: dangers.filter((d) => !allowed.reasons.includes(d.reason)), unseen: around.unseen };
}

const NOTHING_AROUND: Surroundings = { selectors: [], pods: [], hosts: new Map(), secrets: new Set(), unseen: [] };

/** What reaches out of a namespace although nothing else is in it. */
const OUTWARD: ReadonlySet<Danger['reason']> = new Set([
  'KindNotAllowed',
  'ClusterScoped',
  'LoadBalancer',
  'ExternalIPs',
  'GitOpsTracking',
  'HostAccess',
  'Privileged',
  'Preempts',
]);

/** Kinds that no bullet needs, but that act only within a namespace of their own. */
const KEPT_WITHIN = ['rbac.authorization.k8s.io/Role', 'rbac.authorization.k8s.io/RoleBinding', 'LimitRange'];

/** Pure: what a copy of these objects in an empty namespace would still share with the originals or take from others. */
export function reachesOut(
  objects: readonly KubeObject[],
  discovery: Discovery,
  namespace: string,
  allowed: Allowed,
): Danger[] {
  const hosts = objects.flatMap((object): Danger[] => {
    const [host] = object.kind === 'Route' ? ['its host'] : hostsOf(object);
    return host === undefined
      ? []
      : [{ reason: 'LiveHost', object: called(refOf(object)), message: `the original answers for ${host}` }];
  });
  const found = [
    ...kindDangers(objects, discovery, [...allowed.kinds, ...KEPT_WITHIN]),
    ...dangersOf(objects, NOTHING_AROUND, namespace).filter((d) => OUTWARD.has(d.reason)),
    ...hosts,
  ];
  return found.filter((d) => !allowed.reasons.includes(d.reason));
}
