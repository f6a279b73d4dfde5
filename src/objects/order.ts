import { type KubeObject, kindKey } from './kube-object.ts';

/** What others need comes first. Kinds of one line don't need each other. */
const TIERS: readonly (readonly string[])[] = [
  ['Namespace', 'Project.project.openshift.io', 'ProjectRequest.project.openshift.io'],
  [
    'CustomResourceDefinition.apiextensions.k8s.io',
    'PriorityClass.scheduling.k8s.io',
    'RuntimeClass.node.k8s.io',
    'SecurityContextConstraints.security.openshift.io',
  ],
  ['ResourceQuota', 'LimitRange', 'NetworkPolicy.networking.k8s.io'],
  ['ServiceAccount'],
  ['Secret', 'ConfigMap', 'SealedSecret.bitnami.com'],
  [
    'StorageClass.storage.k8s.io',
    'CSIDriver.storage.k8s.io',
    'IngressClass.networking.k8s.io',
    'GatewayClass.gateway.networking.k8s.io',
  ],
  ['ClusterRole.rbac.authorization.k8s.io', 'Role.rbac.authorization.k8s.io'],
  ['ClusterRoleBinding.rbac.authorization.k8s.io', 'RoleBinding.rbac.authorization.k8s.io'],
  ['PersistentVolume'],
  ['PersistentVolumeClaim'],
  ['Service'],
  ['OperatorGroup.operators.coreos.com', 'CatalogSource.operators.coreos.com'],
  ['Subscription.operators.coreos.com', 'ClusterExtension.olm.operatorframework.io'],
  [
    'DaemonSet.apps',
    'Pod',
    'ReplicationController',
    'ReplicaSet.apps',
    'Deployment.apps',
    'StatefulSet.apps',
    'DeploymentConfig.apps.openshift.io',
    'Job.batch',
    'CronJob.batch',
    'Rollout.argoproj.io',
  ],
  ['(custom)'],
  ['PodDisruptionBudget.policy', 'HorizontalPodAutoscaler.autoscaling', 'ScaledObject.keda.sh'],
  ['Gateway.gateway.networking.k8s.io'],
  [
    'Ingress.networking.k8s.io',
    'Route.route.openshift.io',
    'HTTPRoute.gateway.networking.k8s.io',
    'GRPCRoute.gateway.networking.k8s.io',
  ],
  ['APIService.apiregistration.k8s.io'],
  // Last: until their service runs they would refuse everything before.
  ['ValidatingAdmissionPolicy.admissionregistration.k8s.io', 'MutatingAdmissionPolicy.admissionregistration.k8s.io'],
  [
    'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io',
    'MutatingAdmissionPolicyBinding.admissionregistration.k8s.io',
    'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
    'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  ],
];

const RANK: ReadonlyMap<string, number> = new Map(TIERS.flatMap((tier, i) => tier.map((kind) => [kind, i] as const)));
const CUSTOM = RANK.get('(custom)') ?? 0;

export const rankOf = (object: { readonly apiVersion: string; readonly kind: string }): number =>
  RANK.get(kindKey(object)) ?? CUSTOM;

/** In the order in which they can be created; the given order stays among equals. Reverse it to remove them. */
export const inOrder = <T extends Pick<KubeObject, 'apiVersion' | 'kind'>>(objects: readonly T[]): T[] =>
  objects
    .map((object, index) => ({ object, index, rank: rankOf(object) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ object }) => object);
