import { conditionOf, type KubeEvent, type KubeObject, recordsAt, subjectRef, textAt } from '../kube-object.ts';
import { age, eventsAbout, firstSeen, latest, messageOf } from './events.ts';
import { type Finding, finding, GRACE_MS, passes, type Tree, type When } from './failure.ts';

/** What stops the tree's Pods as a whole: no node, no volume, no network, or the kubelet ended it. */
export function podFailures(tree: Tree, when: When): Finding[] {
  return tree.objects
    .filter((object) => object.kind === 'Pod' && object.apiVersion === 'v1')
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .flatMap((pod) => {
      const about = eventsAbout(pod, tree.events);
      return [unscheduled(pod, about, tree, when), mounting(pod, about, when), sandbox(pod, about, when), ended(pod)];
    })
    .filter((found) => found !== undefined);
}

const AT_WORK: readonly string[] = ['Provisioning', 'ExternalProvisioning'];
const FIRST_CONSUMER: readonly string[] = ['WaitForFirstConsumer', 'WaitForPodScheduled'];

/** What the scheduler says when it has looked for a volume for the first consumer, and there is none. */
const NO_VOLUME = /didn't find available persistent volumes/i;

/** Claims that a Pod waits for, and whether something is at work on them. */
function claimsExplain(
  pod: KubeObject,
  tree: Tree,
  explains: readonly string[] = [...AT_WORK, ...FIRST_CONSUMER],
): boolean {
  const names = new Set(recordsAt(pod, 'spec', 'volumes').map((v) => textAt(v, 'persistentVolumeClaim', 'claimName')));
  const claims = tree.objects.filter((o) => o.kind === 'PersistentVolumeClaim' && names.has(o.metadata.name ?? '-'));
  return claims.some((claim) => {
    if (textAt(claim, 'status', 'phase') === 'Bound') return false;
    const said = latest(eventsAbout(claim, tree.events), 'ProvisioningFailed', ...AT_WORK, ...FIRST_CONSUMER);
    return explains.includes(textAt(said, 'reason'));
  });
}

function unscheduled(pod: KubeObject, about: readonly KubeEvent[], tree: Tree, when: When): Finding | undefined {
  const condition = conditionOf(pod, 'PodScheduled');
  if (condition?.status !== 'False') return undefined;
  const told = latest(about, 'FailedScheduling');
  const message = condition.message || (told === undefined ? '' : messageOf(told));
  const object = subjectRef(pod);
  if (condition.reason === 'SchedulingGated') {
    const action = 'have whoever set its scheduling gates remove them';
    return finding(35, { type: 'Scheduling', reason: 'SchedulingGated', message, action, final: false, object });
  }
  const lasting = age(condition.lastTransitionTime, when.now, when.since) > GRACE_MS.scheduling;
  if (/persistentvolumeclaim "[^"]+" not found/i.test(message)) {
    const action = 'create the PersistentVolumeClaim first';
    return finding(25, { type: 'Storage', reason: 'ClaimNotFound', message, action, final: lasting, object });
  }
  if (
    NO_VOLUME.test(message) ||
    /unbound immediate PersistentVolumeClaims|persistentvolumeclaim .{0,253} bound/i.test(message)
  ) {
    const action = 'see why its PersistentVolumeClaims are not bound: storage class, provisioner, size, access mode';
    const final = lasting && !claimsExplain(pod, tree, NO_VOLUME.test(message) ? AT_WORK : undefined);
    return finding(32, { type: 'Storage', reason: 'UnboundClaims', message, action, final, object });
  }
  const scalesUp = latest(about, 'TriggeredScaleUp', 'Nominated') !== undefined;
  const refused = latest(about, 'NotTriggerScaleUp') !== undefined;
  return finding(30, {
    type: 'Scheduling',
    reason: condition.reason || 'Unschedulable',
    message,
    action: schedulingAction(message),
    // The autoscaler's word counts until it takes it back.
    final: lasting && (!scalesUp || refused) && !claimsExplain(pod, tree),
    object,
  });
}

const ACTIONS: readonly (readonly [RegExp, string])[] = [
  [/Insufficient (cpu|memory|ephemeral-storage|pods)/i, 'ask for less, free some on the nodes, or have nodes added'],
  [/Insufficient (\S+)/i, 'have nodes that offer this resource, or do without it'],
  [/untolerated taint/i, "tolerate the nodes' taints, or have nodes without them"],
  [/node affinity|node selector/i, 'correct nodeSelector or affinity to labels that nodes have'],
  [/volume node affinity/i, 'its volume is in another zone than the nodes with room'],
  [/topology spread|pod (anti-)?affinity|anti-affinity/i, 'relax its affinity or topology spread, or have nodes added'],
  [/free ports/i, 'use another hostPort, or none'],
  [/no nodes available|0\/0 nodes/i, 'have nodes added: there is none'],
];

const schedulingAction = (message: string): string =>
  ACTIONS.find(([words]) => words.test(message))?.[1] ??
  "change what it asks of its node, as the scheduler's message says";

function mounting(pod: KubeObject, about: readonly KubeEvent[], when: When): Finding | undefined {
  if (textAt(pod, 'status', 'phase') !== 'Pending') return undefined;
  const event = latest(about, 'FailedMount', 'FailedAttachVolume', 'FailedMapVolume');
  if (event === undefined) return undefined;
  const message = messageOf(event);
  const lasted = age(firstSeen(event), when.now, when.since);
  const object = subjectRef(pod);
  const missing = /(secret|configmap) "([^"]+)" not found/i.exec(message);
  if (missing !== null) {
    const kind = /secret/i.test(missing[1] ?? '') ? 'Secret' : 'ConfigMap';
    return finding(12, {
      type: 'Missing',
      reason: `${kind}NotFound`,
      message,
      action: `create the ${kind} ${missing[2]} first`,
      final: lasted > GRACE_MS.config,
      object,
    });
  }
  const key = /references non-existent (secret|config) key: (\S+)/i.exec(message);
  if (key !== null) {
    const action = `add the key ${key[2]} to it, or correct the mount`;
    return finding(12, {
      type: 'Missing',
      reason: 'KeyNotFound',
      message,
      action,
      final: lasted > GRACE_MS.config,
      object,
    });
  }
  return finding(28, {
    type: 'Storage',
    reason: textAt(event, 'reason'),
    message,
    action: 'see why the volume can not be attached or mounted on that node',
    final: lasted > GRACE_MS.attach && !passes(message),
    object,
  });
}

function sandbox(pod: KubeObject, about: readonly KubeEvent[], when: When): Finding | undefined {
  if (textAt(pod, 'status', 'phase') !== 'Pending') return undefined;
  const event = latest(about, 'FailedCreatePodSandBox');
  if (event === undefined) return undefined;
  const message = messageOf(event);
  const runtime = /RuntimeHandler "[^"]+" not supported|no runtime for/i.test(message);
  return finding(29, {
    type: 'Other',
    reason: runtime ? 'RuntimeClassUnsupported' : 'FailedCreatePodSandBox',
    message,
    action: runtime
      ? 'use a RuntimeClass that the nodes have'
      : "have the node's network plugin and container runtime looked at",
    final: runtime || (age(firstSeen(event), when.now, when.since) > GRACE_MS.sandbox && !passes(message)),
    object: subjectRef(pod),
  });
}

const ENDS: Readonly<Record<string, string>> = {
  Evicted: 'give it requests that match its use, or have the node relieved',
  DeadlineExceeded: 'give it more time (activeDeadlineSeconds), or make it faster',
  NodeAffinity: "correct its node selector: the node it was put on doesn't match",
  UnexpectedAdmissionError: 'see what the kubelet refused: devices, topology',
  OutOfcpu: 'ask for less CPU, or free some on the node',
  OutOfmemory: 'ask for less memory, or free some on the node',
  Preempting: 'give it a higher priority, or have more room',
};

/** The kubelet ended or refused the whole Pod; one whose container failed is told by its container. */
function ended(pod: KubeObject): Finding | undefined {
  const reason = textAt(pod, 'status', 'reason');
  if (textAt(pod, 'status', 'phase') !== 'Failed' || reason === '') return undefined;
  return finding(22, {
    type:
      reason === 'DeadlineExceeded'
        ? 'Timeout'
        : /^(OutOf|NodeAffinity|Unexpected)/.test(reason)
          ? 'Scheduling'
          : 'Other',
    reason,
    message: textAt(pod, 'status', 'message') || `the Pod failed: ${reason}`,
    action: ENDS[reason] ?? 'see the message of the node',
    // What a controller owns is made again elsewhere.
    final: (pod.metadata.ownerReferences ?? []).length === 0,
    object: subjectRef(pod),
  });
}
