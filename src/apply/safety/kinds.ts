import type { Discovery } from '../../cluster/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { called, groupOf } from '../ref.ts';
import type { Danger } from './danger.ts';

/** Kinds of Kubernetes and OpenShift that a bullet may create: they act within their namespace and on what is theirs. */
const ALLOWED = new Set([
  'Pod',
  'ConfigMap',
  'Secret',
  'Service',
  'ServiceAccount',
  'PersistentVolumeClaim',
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/ReplicaSet',
  'batch/Job',
  'batch/CronJob',
  'autoscaling/HorizontalPodAutoscaler',
  'policy/PodDisruptionBudget',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
  'gateway.networking.k8s.io/HTTPRoute',
  'route.openshift.io/Route',
]);

/** Groups of the platform itself: what isn't listed above may change more than its own namespace. */
const PLATFORM = /(^|\.)(k8s\.io|openshift\.io)$/;

/** Namespaced custom resources that reach out of their namespace: they install, deploy elsewhere, or buy something. */
const FAR_REACHING: readonly (readonly [RegExp, string])[] = [
  [/^(operators\.coreos\.com|olm\.operatorframework\.io)$/, 'it installs software for the whole cluster'],
  [/^argoproj\.io$/, 'it lets Argo deploy in its own name'],
  [/\.toolkit\.fluxcd\.io$/, 'it lets Flux deploy in its own name'],
  [
    /(^|\.)(crossplane\.io|upbound\.io|services\.k8s\.aws|cnrm\.cloud\.google\.com|azure\.com)$/,
    'it makes things outside the cluster',
  ],
  [/^externaldns\.k8s\.io$/, 'it changes DNS outside the cluster'],
  [/^(kyverno\.io|constraints\.gatekeeper\.sh|templates\.gatekeeper\.sh)$/, 'it changes what others may do'],
];

/** Pure: is it a kind that a bullet may create? `allowed` is the operator's policy: `group/Kind`, or `Kind`. */
export function kindDangers(
  objects: readonly KubeObject[],
  discovery: Discovery,
  allowed: readonly string[],
): Danger[] {
  return objects.flatMap((object): Danger[] => {
    const group = groupOf(object.apiVersion);
    const key = group === '' ? object.kind : `${group}/${object.kind}`;
    if (allowed.includes(key)) return [];
    const served = discovery.find({ group, kind: object.kind });
    const object_ = called({ kind: object.kind, name: object.metadata.name ?? '' });
    if (served !== undefined && !served.namespaced) {
      return [{ reason: 'ClusterScoped', object: object_, message: `${key} belongs to the whole cluster` }];
    }
    if (ALLOWED.has(key)) return [];
    const far = FAR_REACHING.find(([pattern]) => pattern.test(group))?.[1];
    const platform = !group.includes('.') || PLATFORM.test(group);
    if (far === undefined && !platform) return [];
    const why = far ?? 'it is not among the kinds a bullet may create';
    return [{ reason: 'KindNotAllowed', object: object_, message: `${key}: ${why}` }];
  });
}
