import { type KubeObject, recordsAt, textAt } from './kube-object.ts';
import { podTemplateOf } from './pod-template.ts';
import { amounts, podsOf } from './quota.ts';

/** Containers that leave out an amount that a quota counts: admission refuses their Pods whatever is left of it. */
export type Unsaid = { readonly quota: string; readonly resource: string; readonly containers: readonly string[] };

/** Which side of a container's resources answers each of the quota's names. https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
const ASKED: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
};

/**
 * What a quota requires each container to say and this object's don't; nothing where the Pod as a whole says its
 * resources. In: the object with the defaults of the namespace's LimitRanges (`withLimitRanges`).
 */
export function unsaid(object: KubeObject, quota: KubeObject): Unsaid[] {
  const template = podTemplateOf(object);
  if (template === undefined || podsOf(object) === 0) return [];
  const { spec } = template;
  const ofPod = [...amounts(spec, 'resources', 'requests').keys(), ...amounts(spec, 'resources', 'limits').keys()];
  if (ofPod.length > 0) return [];
  const counted = new Set([...amounts(quota, 'spec', 'hard').keys(), ...amounts(quota, 'status', 'hard').keys()]);
  const containers = [...recordsAt(spec, 'initContainers'), ...recordsAt(spec, 'containers')];
  return Object.entries(ASKED).flatMap(([resource, [side, name]]) => {
    if (!counted.has(resource)) return [];
    const silent = containers.filter((container) => !says(container, side, name));
    if (silent.length === 0) return [];
    const names = silent.map((container) => textAt(container, 'name'));
    return [{ quota: quota.metadata.name ?? '', resource, containers: names }];
  });
}

/** A request that isn't given is the limit. */
const says = (container: unknown, side: 'requests' | 'limits', name: string): boolean =>
  amounts(container, 'resources', 'limits').has(name) ||
  (side === 'requests' && amounts(container, 'resources', 'requests').has(name));
