import type { KubeObject } from '../cluster/index.ts';
import { at, list } from './json.ts';

/** A cloud takes a minute or two: a Service that asked for a load balancer a moment ago shows nothing. */
const GIVEN_WITHIN_MS = 5 * 60_000;

/** Pure: of these Services those of type LoadBalancer, one that was given an address, and one that waits in vain. */
export function balanced(
  services: readonly KubeObject[],
  now = Date.now(),
): { readonly asked: number; readonly given: KubeObject | undefined; readonly waiting: KubeObject | undefined } {
  const all = services.filter((s) => at(s, 'spec', 'type') === 'LoadBalancer');
  return {
    asked: all.length,
    given: all.find((s) => list(at(s, 'status', 'loadBalancer', 'ingress')).length > 0),
    waiting: all.find((s) => now - Date.parse(s.metadata.creationTimestamp ?? '') > GIVEN_WITHIN_MS),
  };
}
