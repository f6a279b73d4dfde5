import { conditionOf, conditionsOf, isTrue, type KubeObject, recordsAt, subjectRef, textAt } from '../kube-object.ts';
import { compareQuantity, parseQuantity } from '../quantity.ts';
import { exceededQuota, rejection } from './admission.ts';
import { age, eventsAbout, firstSeen, latest, messageOf } from './events.ts';
import { type Finding, finding, GRACE_MS, passes, type Tree, type When } from './failure.ts';

/** What stops owners from making their objects, and how workloads end. */
export function ownerFailures(tree: Tree, when: When): Finding[] {
  return tree.objects
    .filter((object) => object.kind !== 'Pod')
    .flatMap((object) => [
      creating(object, tree, when),
      replicaFailure(object, tree, when),
      jobEnded(object, tree),
      deadline(object),
    ])
    .filter((found) => found !== undefined);
}

/** `FailedCreate` on a ReplicaSet, StatefulSet, DaemonSet or Job: the API server refused its Pod or claim. */
function creating(object: KubeObject, tree: Tree, when: When): Finding | undefined {
  const event = latest(eventsAbout(object, tree.events), 'FailedCreate');
  if (event === undefined || overtaken(object, tree)) return undefined;
  return refused(object, messageOf(event), age(firstSeen(event), when.now, when.since));
}

/** It has made what it wanted since. */
function overtaken(object: KubeObject, tree: Tree): boolean {
  if (isTrue(object, 'ReplicaFailure')) return false;
  const made = tree.objects.filter((o) => o.metadata.ownerReferences?.some((ref) => ref.uid === object.metadata.uid));
  return object.metadata.uid !== undefined && made.length > 0;
}

function replicaFailure(object: KubeObject, tree: Tree, when: When): Finding | undefined {
  const condition = conditionOf(object, 'ReplicaFailure');
  if (condition?.status !== 'True') return undefined;
  const told =
    object.kind === 'Deployment'
      ? tree.objects.some((o) => o.kind === 'ReplicaSet' && isTrue(o, 'ReplicaFailure'))
      : false;
  if (told) return undefined;
  return refused(object, condition.message, age(condition.lastTransitionTime, when.now, when.since));
}

function refused(object: KubeObject, told: string, lasted: number): Finding {
  const message = told.replace(/^\(combined from similar events\): /, '').replace(/^Error creating: /, '');
  const known = rejection(message);
  const action = 'change the template as the message says';
  const failure = known ?? ({ type: 'Other', reason: 'FailedCreate', message, action } as const);
  const final = neverFits(told) || (lasted > graceOf(known) && !passes(message));
  return finding(8, { ...failure, final, object: subjectRef(object) });
}

/** One object alone asks for more than the whole quota: nothing that is freed makes room for it, so it needs no grace. */
function neverFits(told: string): boolean {
  const exceeded = exceededQuota(told);
  if (exceeded === undefined) return false;
  return Object.entries(exceeded.requested).some(([name, amount]) => {
    const [asked, hard] = [parseQuantity(amount), parseQuantity(exceeded.hard[name] ?? '')];
    return asked !== undefined && hard !== undefined && compareQuantity(asked, hard) > 0;
  });
}

function graceOf(known: ReturnType<typeof rejection>): number {
  if (known === undefined || known.final) return GRACE_MS.creation;
  return known.type === 'Missing' ? GRACE_MS.config : GRACE_MS.network;
}

function jobEnded(object: KubeObject, tree: Tree): Finding | undefined {
  if (object.kind !== 'Job') return undefined;
  const condition = [conditionOf(object, 'Failed'), conditionOf(object, 'FailureTarget')].find(
    (c) => c?.status === 'True',
  );
  if (condition === undefined) return undefined;
  const late = condition.reason === 'DeadlineExceeded';
  const pods = tree.objects.filter(
    (o) => o.kind === 'Pod' && o.metadata.ownerReferences?.some((r) => r.uid === object.metadata.uid),
  );
  const last = pods.at(-1);
  const first = recordsAt(last, 'spec', 'containers').map((c) => textAt(c, 'name'))[0];
  const logs =
    last === undefined || first === undefined
      ? {}
      : { needs_logs: [{ pod: last.metadata.name ?? '', container: first, previous: false }] };
  return finding(24, {
    type: late ? 'Timeout' : 'Crash',
    reason: condition.reason || 'JobFailed',
    message: condition.message || 'the Job failed',
    action: late
      ? 'give it more time (activeDeadlineSeconds), or make it faster'
      : 'read the logs of its Pods and correct what they complain about',
    final: true,
    object: subjectRef(object),
    ...logs,
  });
}

function deadline(object: KubeObject): Finding | undefined {
  const condition = conditionsOf(object).find((c) => c.type === 'Progressing' && c.status === 'False');
  if (condition?.reason !== 'ProgressDeadlineExceeded') return undefined;
  return finding(60, {
    type: 'Timeout',
    reason: 'ProgressDeadlineExceeded',
    message: condition.message,
    action: 'see why its Pods do not become available',
    final: true,
    object: subjectRef(object),
  });
}
