import { at, conditionOf, isRecord, isTrue, type KubeObject, numberAt, recordsAt, textAt } from '../kube-object.ts';
import { claim } from './claim.ts';
import {
  allTrue,
  byPhase,
  endsIf,
  failed,
  mustBeObserved,
  mustNot,
  needs,
  type Reader,
  ready,
  stored,
  unknown,
  waiting,
} from './reading.ts';
import { cronJob, daemonSet, deployment, job, pod, replicaSet, statefulSet } from './workloads.ts';

const service: Reader = (object) => {
  const type = textAt(object, 'spec', 'type') || 'ClusterIP';
  if (type === 'ExternalName') return ready('ExternalName', 'it is a name for another host');
  if (textAt(object, 'spec', 'clusterIP') === '') return waiting('NoClusterIP', 'it has no cluster IP yet');
  if (type !== 'LoadBalancer') {
    return ready(
      'Addressed',
      'it has its address; whether anything answers there is for a criterion ("Service has endpoints")',
    );
  }
  return recordsAt(object, 'status', 'loadBalancer', 'ingress').length === 0
    ? waiting('NoLoadBalancer', 'no load balancer has given it an address yet')
    : ready('LoadBalanced', 'it has an address at the load balancer');
};

/** How long an ingress controller that publishes addresses takes at most. Many never do, so nothing follows from it. */
const PUBLISHED_WITHIN_MS = 2 * 60_000;

const ingress: Reader = (object, { now }) => {
  if (recordsAt(object, 'status', 'loadBalancer', 'ingress').length > 0)
    return ready('Addressed', 'an ingress controller serves it');
  const made = Date.parse(object.metadata.creationTimestamp ?? '');
  if (now === undefined || !(now - made > PUBLISHED_WITHIN_MS))
    return waiting('NoAddress', 'no ingress controller has given it an address yet');
  return unknown(
    'NoAddress',
    'no ingress controller has given it an address in two minutes; some never do: give a criterion about it (Ingress/NAME: exists) and a validation command that asks it over HTTP',
  );
};

const isReadyEndpoint = (endpoint: unknown): boolean => at(endpoint, 'conditions', 'ready') !== false;

/** The addresses of an EndpointSlice or Endpoints that take traffic. */
export function readyAddresses(object: KubeObject): number {
  if (object.kind === 'EndpointSlice') {
    return recordsAt(object, 'endpoints').filter(
      (e) => isReadyEndpoint(e) && Array.isArray(e.addresses) && e.addresses.length > 0,
    ).length;
  }
  return recordsAt(object, 'subsets').reduce((sum, subset) => sum + recordsAt(subset, 'addresses').length, 0);
}

const endpoints: Reader = (object) => {
  const n = readyAddresses(object);
  return n === 0 ? waiting('NoEndpoints', 'it has no ready address') : ready('HasEndpoints', `${n} ready addresses`);
};

const autoscaler: Reader = (given) => {
  const object = withConditions(given);
  const active = conditionOf(object, 'ScalingActive');
  // Documented: with 0 replicas the target is switched off, and so is scaling, until someone sets another number.
  if (active?.reason === 'ScalingDisabled' && isTrue(object, 'AbleToScale'))
    return ready('ScalingDisabled', 'its target has 0 replicas, so it does not scale until that is changed');
  return (
    needs(object, 'AbleToScale') ??
    needs(object, 'ScalingActive') ??
    ready('ScalingActive', 'it can read its metric and scale')
  );
};

/** autoscaling/v1 has no conditions: the API server writes them into an annotation, as JSON. */
function withConditions(object: KubeObject): KubeObject {
  const text = object.metadata.annotations?.['autoscaling.alpha.kubernetes.io/conditions'];
  const { status } = object;
  if (text === undefined || !isRecord(status) || status.conditions !== undefined) return object;
  try {
    const conditions: unknown = JSON.parse(text);
    return { ...object, status: { ...status, conditions } };
  } catch {
    return object;
  }
}

const budget: Reader = (object) => {
  const late = mustBeObserved(object);
  if (late !== undefined) return late;
  // It protects nothing now. That may be a selector with a wrong label, or a workload that comes later.
  if (numberAt(object, 'status', 'expectedPods') === 0)
    return unknown(
      'SelectsNothing',
      'its selector matches no Pod, so it protects none; give a criterion about it (exists), or correct the selector',
    );
  const [have, want] = [
    numberAt(object, 'status', 'currentHealthy') ?? 0,
    numberAt(object, 'status', 'desiredHealthy') ?? 0,
  ];
  return have < want
    ? waiting('TooFewHealthy', `${have} of at least ${want} Pods are healthy`)
    : ready('Healthy', `${have} Pods are healthy, at least ${want} are wanted`);
};

const node: Reader = (object) => {
  const no = needs(object, 'Ready');
  if (no !== undefined) return no;
  return at(object, 'spec', 'unschedulable') === true
    ? waiting('Unschedulable', 'it is cordoned')
    : ready('Ready', 'the kubelet is ready');
};

/** Argo CD calls a v1beta1 definition Degraded whose schema is not structural: it is served all the same, only without pruning and defaults. */
const definition: Reader = (object) => {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(names.reason || 'NamesNotAccepted', names.message, false);
  const no = needs(object, 'Established');
  if (no !== undefined) return no;
  return conditionOf(object, 'Terminating')?.status === 'True'
    ? waiting('Terminating', 'it is being deleted')
    : ready('Established', 'its resources are served');
};

const quota: Reader = (object) => {
  const hard = at(object, 'spec', 'hard');
  const counted = at(object, 'status', 'hard');
  if (!isRecord(hard) || !isRecord(counted)) return waiting('NotCounted', 'it has not been counted yet');
  const missing = Object.keys(hard).filter((key) => String(hard[key]) !== String(counted[key]));
  return missing.length > 0
    ? waiting('NotCounted', `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not counted as asked yet`)
    : ready('Counted', 'it is counted and enforced');
};

const signingRequest: Reader = (object) =>
  endsIf(object, 'Denied') ??
  endsIf(object, 'Failed') ??
  needs(object, 'Approved') ??
  (textAt(object, 'status', 'certificate') === ''
    ? waiting('NotSigned', 'it is approved, but not signed yet')
    : ready('Signed', 'its certificate is there'));

const attachment: Reader = (object) => {
  if (at(object, 'status', 'attached') === true) return ready('Attached', 'the volume is attached');
  const error = textAt(object, 'status', 'attachError', 'message');
  return waiting(error === '' ? 'Attaching' : 'AttachFailed', error || 'the volume is not attached yet');
};

const snapshot: Reader = (object) => {
  const error = textAt(object, 'status', 'error', 'message');
  if (error !== '') return failed('SnapshotFailed', error, false);
  return at(object, 'status', 'readyToUse') === true
    ? ready('ReadyToUse', 'the snapshot can be used')
    : waiting('NotReadyToUse', 'the snapshot can not be used yet');
};

const resourceClaim: Reader = (object) =>
  isRecord(at(object, 'status', 'allocation'))
    ? ready('Allocated', 'devices are allocated to it')
    : waiting('NotAllocated', 'no device is allocated to it yet');

const policy: Reader = (object) => {
  const late = mustBeObserved(object);
  if (late !== undefined) return late;
  const warnings = recordsAt(object, 'status', 'typeChecking', 'expressionWarnings');
  return warnings.length > 0
    ? failed(
        'TypeCheckFailed',
        warnings.map((w) => `${textAt(w, 'fieldRef')}: ${textAt(w, 'warning')}`).join('; '),
        false,
      )
    : ready('TypeChecked', 'its expressions were checked');
};

const namespace: Reader = byPhase('phase', { good: ['Active'] });

const STORED = [
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'LimitRange',
  'PodTemplate',
  'Event',
  'Event.events.k8s.io',
  'ControllerRevision.apps',
  'Role.rbac.authorization.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io',
  'ClusterRole.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
  'NetworkPolicy.networking.k8s.io',
  'IngressClass.networking.k8s.io',
  'StorageClass.storage.k8s.io',
  'CSIDriver.storage.k8s.io',
  'CSINode.storage.k8s.io',
  'CSIStorageCapacity.storage.k8s.io',
  'VolumeAttributesClass.storage.k8s.io',
  'PriorityClass.scheduling.k8s.io',
  'RuntimeClass.node.k8s.io',
  'Lease.coordination.k8s.io',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io',
  'MutatingAdmissionPolicy.admissionregistration.k8s.io',
  'MutatingAdmissionPolicyBinding.admissionregistration.k8s.io',
  'DeviceClass.resource.k8s.io',
  'ResourceClaimTemplate.resource.k8s.io',
  'ResourceSlice.resource.k8s.io',
] as const;

/** Kinds of Kubernetes itself, by their own fields. */
export const BUILT_IN: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(STORED.map((kind) => [kind, stored])),
  Pod: pod,
  ReplicationController: replicaSet,
  'Deployment.apps': deployment,
  'StatefulSet.apps': statefulSet,
  'DaemonSet.apps': daemonSet,
  'ReplicaSet.apps': replicaSet,
  'Job.batch': job,
  'CronJob.batch': cronJob,
  PersistentVolumeClaim: claim,
  PersistentVolume: byPhase('phase', { good: ['Bound', 'Available'], bad: ['Failed'] }),
  Service: service,
  'Ingress.networking.k8s.io': ingress,
  Endpoints: endpoints,
  'EndpointSlice.discovery.k8s.io': endpoints,
  'HorizontalPodAutoscaler.autoscaling': autoscaler,
  'PodDisruptionBudget.policy': budget,
  Namespace: namespace,
  Node: node,
  'CustomResourceDefinition.apiextensions.k8s.io': definition,
  'APIService.apiregistration.k8s.io': allTrue('Available'),
  ResourceQuota: quota,
  'CertificateSigningRequest.certificates.k8s.io': signingRequest,
  'VolumeAttachment.storage.k8s.io': attachment,
  'ResourceClaim.resource.k8s.io': resourceClaim,
  'VolumeSnapshot.snapshot.storage.k8s.io': snapshot,
  'VolumeSnapshotContent.snapshot.storage.k8s.io': snapshot,
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': policy,
  'FlowSchema.flowcontrol.apiserver.k8s.io': (object) =>
    mustNot(object, 'Dangling') ?? ready('InUse', 'its priority level exists'),
  'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io': stored,
};
