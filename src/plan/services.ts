import { kindKey, numberAt, podTemplateOf, selectorOf } from '../objects/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { LoadedPlan } from './types.ts';

/** Which of a plan's Services have Pods of the plan behind them. Pure. */

const SCALED: ReadonlySet<string> = new Set([
  'Deployment.apps',
  'StatefulSet.apps',
  'ReplicaSet.apps',
  'ReplicationController',
]);

export const isScaledToNothing = (object: KubeObject): boolean =>
  SCALED.has(kindKey(object)) && numberAt(object, 'spec', 'replicas') === 0;

const matches = (selector: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** A Job's Pods end, and a template's are not made. */
const SERVING: ReadonlySet<string> = new Set([...SCALED, 'DaemonSet.apps', 'Pod']);

/** Pure: the workloads and Pods of the plan, up to a phase, that a Service sends traffic to. */
export function servedBy(service: KubeObject, objects: readonly KubeObject[]): KubeObject[] {
  const selector = service.kind === 'Service' ? selectorOf(service) : undefined;
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  return objects.filter((object) => {
    const template = podTemplateOf(object);
    return (
      template !== undefined &&
      SERVING.has(kindKey(object)) &&
      !isScaledToNothing(object) &&
      matches(selector, template.labels)
    );
  });
}

/** Services of phase n that have Pods of phases 1 to n behind them: their gate asks for endpoints. */
export function servicesWithPods(loaded: LoadedPlan, number: number): KubeObject[] {
  const upTo = loaded.phases.filter((p) => p.number <= number).flatMap((p) => p.manifests.map((m) => m.object));
  const own = loaded.phases.find((p) => p.number === number)?.manifests.map((m) => m.object) ?? [];
  return own.filter((object) => servedBy(object, upTo).length > 0);
}
