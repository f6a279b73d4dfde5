import { at, conditionOf, isRecord, isTrue, type KubeObject, numberAt, recordsAt, textAt } from '../kube-object.ts';
import {
  behind,
  camel,
  endsIf,
  failed,
  mustBeObserved,
  needs,
  type Reader,
  type Reading,
  ready,
  unknown,
  waiting,
} from './reading.ts';

const count = (object: KubeObject, field: string): number => numberAt(object, 'status', field) ?? 0;

const short = (what: string, have: number, want: number): Reading | undefined =>
  have < want ? waiting(`${camel(what)}Replicas`, `${have} of ${want} replicas are ${what}`) : undefined;

const allThere = (want: number): Reading =>
  want === 0
    ? ready('ScaledToZero', 'it asks for no replicas, and none runs: this shows nothing about its Pods')
    : ready('Available', `${want} of ${want} replicas are up to date and available`);

/** Also OpenShift's DeploymentConfig, whose status has the same fields. */
export const deployment: Reader = (object) => {
  const late = mustBeObserved(object);
  if (late !== undefined) return late;
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded') {
    return failed('ProgressDeadlineExceeded', progressing.message);
  }
  // A DeploymentConfig whose first deployer runs has its Pods already.
  if (object.kind === 'DeploymentConfig' && progressing?.status === 'Unknown')
    return waiting('Progressing', 'its rollout has not been judged yet');
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return waiting(failure.reason || 'ReplicaFailure', failure.message);
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const updated = count(object, 'updatedReplicas');
  if (at(object, 'spec', 'paused') === true && updated < want) {
    return waiting('Paused', 'its rollout is paused: the latest template is not rolled out');
  }
  const old = count(object, 'replicas') - updated;
  return (
    short('updated', updated, want) ??
    (old > 0 ? waiting('OldReplicas', `${old} replicas of an older template are still there`) : undefined) ??
    short('available', count(object, 'availableReplicas'), want) ??
    (want === 0 ? undefined : needs(object, 'Available')) ??
    allThere(want)
  );
};

export const statefulSet: Reader = (object) => {
  const late = mustBeObserved(object);
  if (late !== undefined) return late;
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const few = short('ready', count(object, 'readyReplicas'), want);
  if (few !== undefined) return few;
  const strategy = textAt(object, 'spec', 'updateStrategy', 'type');
  const updated = count(object, 'updatedReplicas');
  if (strategy === 'OnDelete') {
    return updated < want && textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision')
      ? waiting('OldReplicas', `${want - updated} Pods keep the older template until someone deletes them (OnDelete)`)
      : allThere(want);
  }
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  return (
    short('updated', updated, Math.max(0, want - partition)) ??
    short('available', numberAt(object, 'status', 'availableReplicas') ?? count(object, 'readyReplicas'), want) ??
    (count(object, 'replicas') > want
      ? waiting('OldReplicas', `${count(object, 'replicas') - want} replicas too many are still there`)
      : undefined) ??
    allThere(want)
  );
};

export const daemonSet: Reader = (object) => {
  const late = mustBeObserved(object);
  if (late !== undefined) return late;
  const want = numberAt(object, 'status', 'desiredNumberScheduled');
  if (want === undefined) return waiting('NotObserved', 'its controller has not counted the nodes yet');
  if (want === 0) return waiting('NoNodes', 'no node matches it, so none of its Pods runs');
  const onDelete = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  return (
    short('updated', onDelete ? want : count(object, 'updatedNumberScheduled'), want) ??
    short('available', count(object, 'numberAvailable'), want) ??
    short('ready', numberAt(object, 'status', 'numberReady') ?? want, want) ??
    ready('Available', `available on all ${want} nodes`)
  );
};

export const replicaSet: Reader = (object) => {
  const late = mustBeObserved(object);
  if (late !== undefined) return late;
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return waiting(failure.reason || 'ReplicaFailure', failure.message);
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const extra = count(object, 'replicas') - want;
  return (
    short('ready', count(object, 'readyReplicas'), want) ??
    short('available', count(object, 'availableReplicas'), want) ??
    (extra > 0 ? waiting('OldReplicas', `${extra} replicas too many are still there`) : undefined) ??
    allThere(want)
  );
};

/**
 * Argo CD calls a Pod that is not restarted (restartPolicy Never or OnFailure) Progressing while it runs, because its hooks
 * are such Pods. Here it is ready while its containers are; that it must end is for a criterion ("Pod NAME completes").
 */
export const pod: Reader = (object) => {
  const phase = textAt(object, 'status', 'phase');
  const reason = textAt(object, 'status', 'reason');
  const message = textAt(object, 'status', 'message');
  if (phase === '') return waiting('NoStatus', 'nothing has looked at it yet');
  // "The phase is Failed" is for good: the kubelet never starts such a Pod again.
  if (phase === 'Failed') return failed(reason || 'PodFailed', message || `the Pod failed${exits(object)}`);
  if (phase === 'Succeeded') return ready('Succeeded', 'all its containers ended with exit code 0');
  const late = behind(object);
  if (late !== undefined) return late;
  if (phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True') {
    const other = otherImage(object);
    if (other !== undefined) return unknown('ImageNotObserved', other);
    return ready('Running', 'it runs and its containers are ready');
  }
  return held(object) ?? waiting(phase === 'Running' ? 'NotReady' : camel(phase), message || `its phase is ${phase}`);
};

/**
 * Before Kubernetes 1.33 a Pod says nothing of the generation that its kubelet has seen: after a change of an image, Ready
 * is still the old container's. The name in the status is the runtime's and may be another of the same image, so only a
 * Pod that was changed counts, and it is not known rather than waiting.
 */
function otherImage(object: KubeObject): string | undefined {
  if ((object.metadata.generation ?? 1) < 2 || numberAt(object, 'status', 'observedGeneration') !== undefined)
    return undefined;
  const running = recordsAt(object, 'status', 'containerStatuses');
  const changed = recordsAt(object, 'spec', 'containers').find(({ name, image }) => {
    const runs = textAt(
      running.find((one) => one.name === name),
      'image',
    );
    return (
      typeof image === 'string' && runs !== '' && !/@|^sha256:/.test(image + runs) && lastPart(image) !== lastPart(runs)
    );
  });
  return changed === undefined
    ? undefined
    : `its image was changed to ${textAt(changed, 'image')}, and container ${textAt(changed, 'name')} is not seen to run it yet`;
}

/** `app:1.0` of `registry.local/shop/app:1.0`. */
const lastPart = (image: string): string => {
  const part = image.slice(image.lastIndexOf('/') + 1);
  return part.includes(':') ? part : `${part}:latest`;
};

function exits(object: KubeObject): string {
  const codes = recordsAt(object, 'status', 'containerStatuses')
    .map((c) => numberAt(c, 'state', 'terminated', 'exitCode'))
    .filter((code) => code !== undefined && code !== 0);
  return codes.length === 0 ? '' : ` with exit code ${codes.join(', ')}`;
}

/** What a Pod that isn't ready is held up by: the scheduler, a container, its readiness. */
function held(object: KubeObject): Reading | undefined {
  const scheduled = conditionOf(object, 'PodScheduled');
  if (scheduled?.status === 'False') return waiting(scheduled.reason || 'Unscheduled', scheduled.message);
  const statuses = [
    ...recordsAt(object, 'status', 'initContainerStatuses'),
    ...recordsAt(object, 'status', 'containerStatuses'),
  ];
  for (const container of statuses) {
    const why = textAt(container, 'state', 'waiting', 'reason');
    if (why === '' || why === 'PodInitializing') continue;
    const detail = textAt(container, 'state', 'waiting', 'message');
    return waiting(why, `container ${textAt(container, 'name')} waits${detail === '' ? '' : `: ${detail}`}`);
  }
  const notReady = conditionOf(object, 'Ready');
  return notReady?.status === 'False' && notReady.reason !== ''
    ? waiting(notReady.reason, notReady.message || 'its containers are not ready')
    : undefined;
}

/** A Job is ready when it is done. */
export const job: Reader = (object) => {
  const end = endsIf(object, 'Failed') ?? endsIf(object, 'FailureTarget');
  if (end !== undefined) return end;
  if (conditionOf(object, 'Complete')?.status === 'True') return ready('Complete', 'it has completed');
  if (conditionOf(object, 'Suspended')?.status === 'True') return waiting('Suspended', 'it is suspended');
  if (object.status === undefined) return waiting('NoStatus', 'its controller has not looked at it yet');
  return waiting(
    'Running',
    `it has not completed: ${count(object, 'active')} active, ${count(object, 'succeeded')} succeeded, ${count(object, 'failed')} failed`,
  );
};

/** When its Jobs last began and succeeded is all that a CronJob says; `active` are those that run. */
export const cronJob: Reader = (object, { around = [] }) => {
  if (at(object, 'spec', 'suspend') === true)
    return ready(
      'Suspended',
      'it is suspended, as its manifest asks: it makes no Jobs, so nothing shows that its Pods run',
    );
  if (object.metadata.uid === undefined && object.status === undefined)
    return waiting('NotStored', 'it has not been stored yet');
  const last = textAt(object, 'status', 'lastScheduleTime');
  const success = textAt(object, 'status', 'lastSuccessfulTime');
  if (last === '' && success === '')
    return ready('NotDueYet', 'it is scheduled; no Job was due yet, so nothing shows that its Pods run');
  const broken = lastJob(object, around);
  if (broken !== undefined && ['Failed', 'FailureTarget'].some((type) => isTrue(broken, type)))
    return waiting('LastRunFailed', `its latest Job ${broken.metadata.name} failed`);
  const runs = recordsAt(object, 'status', 'active').length > 0;
  // A success comes after its start; a start without one is a Job that runs or has failed.
  if (success === '' || Date.parse(success) < Date.parse(last)) {
    if (runs) return waiting(success === '' ? 'NoSuccessYet' : 'JobRunning', `its Job of ${last} runs`);
    return waiting(
      success === '' ? 'NoSuccessYet' : 'LastRunFailed',
      `its Job of ${last} has not succeeded${success === '' ? '' : `; the last success was at ${success}`}`,
    );
  }
  const changed = templateWritten(object);
  if (changed !== undefined && changed > Date.parse(success))
    return unknown(
      'NoRunSinceChange',
      `it was changed at ${new Date(changed).toISOString()}, and no Job of it has succeeded since; give a criterion about it, or run one (kubectl create job --from)`,
    );
  return ready('RanSuccessfully', `a Job of it last succeeded at ${success}`);
};

function lastJob({ metadata: { uid } }: KubeObject, around: readonly KubeObject[]): KubeObject | undefined {
  const started = (job: KubeObject) =>
    Date.parse(textAt(job, 'status', 'startTime') || (job.metadata.creationTimestamp ?? '')) || 0;
  return around
    .filter(
      ({ kind, metadata }) =>
        kind === 'Job' && uid !== undefined && metadata.ownerReferences?.some((o) => o.uid === uid),
    )
    .toSorted((a, b) => started(a) - started(b))
    .at(-1);
}

/** When someone other than its controller last wrote its spec, by managedFields. */
function templateWritten({ metadata: { managedFields = [] } }: KubeObject): number | undefined {
  const times = managedFields
    .filter(({ subresource, fieldsV1 }) => subresource === undefined && (!isRecord(fieldsV1) || 'f:spec' in fieldsV1))
    .map(({ time }) => Date.parse(time ?? ''))
    .filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.max(...times);
}
