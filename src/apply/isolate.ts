import type { KubeObject } from '../objects/kube-object.ts';
import { LABEL } from './marks.ts';
import { isRecord } from './ref.ts';
import { podsOf } from './safety/pods.ts';
import { selects } from './safety/selectors.ts';
import { selectorOf } from './safety/unsafe.ts';

/**
 * Pure: a Service, NetworkPolicy or PodDisruptionBudget that selects the set's own Pods is made to select only these:
 * another bullet with the same labels is neither served nor counted by it. One that selects other Pods (an operator's)
 * stays as it is.
 */
export function isolate(objects: readonly KubeObject[], bullet: string): KubeObject[] {
  const pods = objects.flatMap(podsOf);
  return objects.map((object) => {
    const selector = selectorOf(object);
    if (selector === undefined || !isRecord(object.spec)) return object;
    if (!pods.some((pod) => selects(selector, pod.labels))) return object;
    const key = object.kind === 'NetworkPolicy' ? 'podSelector' : 'selector';
    const labels = isRecord(selector.matchLabels) ? selector.matchLabels : {};
    const narrowed =
      object.kind === 'Service'
        ? { ...selector, [LABEL.bullet]: bullet }
        : { ...selector, matchLabels: { ...labels, [LABEL.bullet]: bullet } };
    return { ...object, spec: { ...object.spec, [key]: narrowed } };
  });
}
