import { at, isRecord, type KubeObject, kindKey } from './kube-object.ts';
import { type Quantity, quantityOf } from './quantity.ts';

type Made = (object: KubeObject) => readonly (readonly [counted: string, number: number])[];

/** What a controller creates beside the Pods, once for each object. */
const BESIDE_PODS: Readonly<Record<string, Made>> = {
  'Deployment.apps': () => [['count/replicasets.apps', 1]],
  'StatefulSet.apps': () => [['count/controllerrevisions.apps', 1]],
  'DaemonSet.apps': () => [['count/controllerrevisions.apps', 1]],
  'CronJob.batch': (object) => (at(object, 'spec', 'suspend') === true ? [] : [['count/jobs.batch', 1]]),
  Service: (object) =>
    isRecord(at(object, 'spec', 'selector'))
      ? [
          ['count/endpoints', 1],
          ['count/endpointslices.discovery.k8s.io', 1],
        ]
      : [],
};

/** What a changed template makes of an object on top of what it has. */
const ON_ROLLOUT: Readonly<Record<string, Made>> = {
  'Deployment.apps': () => [['count/replicasets.apps', 1]],
  'StatefulSet.apps': () => [['count/controllerrevisions.apps', 1]],
  'DaemonSet.apps': () => [['count/controllerrevisions.apps', 1]],
};

/** Objects that a quota's `count/…` counts and that come of this one: its Pods, and what stands between it and them. */
export function offspringCounts(
  object: KubeObject,
  pods: number,
  when: 'running' | 'rollout' = 'running',
): ReadonlyMap<string, Quantity> {
  const table = when === 'running' ? BESIDE_PODS : ON_ROLLOUT;
  const made = Object.hasOwn(table, kindKey(object)) ? table[kindKey(object)]?.(object) : undefined;
  // A Pod counts as itself already.
  const own = kindKey(object) === 'Pod' || pods === 0 ? [] : [['count/pods', pods] as const];
  return new Map([...own, ...(made ?? [])].map(([name, count]) => [name, quantityOf(count)]));
}
