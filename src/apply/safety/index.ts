import type { Reader } from '../../cluster/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import type { Danger } from './danger.ts';
import { kindDangers } from './kinds.ts';
import { surroundings } from './surroundings.ts';
import { dangersOf } from './unsafe.ts';

export { DANGERS, type Danger } from './danger.ts';
export { containersOf, podsOf } from './pods.ts';
export type { Surroundings } from './surroundings.ts';

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
