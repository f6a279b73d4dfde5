import { at, conditionOf, isRecord, type KubeObject, numberAt, recordsAt, textAt } from '../../kube-object.ts';
import { general } from '../general.ts';
import {
  accepted,
  behind,
  byPhase,
  camel,
  endsIf,
  failed,
  mustNot,
  needs,
  type Reader,
  type Reading,
  ready,
  stored,
  waiting,
} from '../reading.ts';

/**
 * Argo CD writes no observedGeneration: what health and sync are about is in status.sync.comparedTo, and what is still to
 * be done in `operation` and the refresh annotation, until its controller takes them up.
 */
export const argoApplication: Reader = (object) => {
  const health = textAt(object, 'status', 'health', 'status');
  const sync = textAt(object, 'status', 'sync', 'status');
  const message = textAt(object, 'status', 'health', 'message');
  if (health === '' || sync === '') return waiting('NoStatus', 'Argo CD has not compared it yet');
  if (isRecord(object.operation)) return waiting('OperationRequested', 'a sync is requested and has not begun');
  if (object.metadata.annotations?.['argocd.argoproj.io/refresh'] !== undefined)
    return waiting('RefreshRequested', 'a refresh is requested and has not been done');
  const stale = comparedToOther(object);
  if (stale !== undefined)
    return waiting('NotObserved', `its health and sync are about another ${stale} than the one it has now`);
  const operation = textAt(object, 'status', 'operationState', 'phase');
  if (operation === 'Failed' || operation === 'Error') {
    return failed(`Sync${operation}`, textAt(object, 'status', 'operationState', 'message'), false);
  }
  const broken = recordsAt(object, 'status', 'conditions').find((c) => textAt(c, 'type').endsWith('Error'));
  if (broken !== undefined) return failed(textAt(broken, 'type'), textAt(broken, 'message'), false);
  if (health === 'Degraded') return failed('Degraded', message || 'its resources are degraded', false);
  if (health !== 'Healthy') return waiting(camel(health), message || `health is ${health}`);
  if (sync !== 'Synced') return waiting(camel(sync), `the live objects are ${sync}, not Synced`);
  if (operation === 'Running') return waiting('Syncing', 'a sync is running');
  return ready('Healthy', `Healthy and Synced to ${textAt(object, 'status', 'sync', 'revision') || 'its source'}`);
};

/** The field of the spec that was changed after it was last compared. What comparedTo doesn't say is no difference. */
function comparedToOther(object: KubeObject): string | undefined {
  const compared = at(object, 'status', 'sync', 'comparedTo');
  return ['source', 'sources', 'destination'].find((field) => {
    const [then, now] = [at(compared, field), at(object, 'spec', field)];
    if (then === undefined || now === undefined) return false;
    // Argo CD completes a destination by the server of its name, and the other way round.
    return field === 'destination' ? !agrees(shared(then, now), now) : !agrees(then, now);
  });
}

const shared = (then: unknown, now: unknown): unknown =>
  isRecord(then) && isRecord(now) ? Object.fromEntries(Object.entries(then).filter(([key]) => key in now)) : then;

const agrees = (then: unknown, now: unknown): boolean => {
  if (Array.isArray(then) && Array.isArray(now))
    return then.length === now.length && then.every((value, i) => agrees(value, now[i]));
  if (isRecord(then) && isRecord(now)) return Object.keys(then).every((key) => agrees(then[key], now[key]));
  return then === now;
};

/** A rolling sync goes from step to step: each Application says which it has reached. */
const rolling = (object: KubeObject): Reading | undefined => {
  if (textAt(object, 'spec', 'strategy', 'type') !== 'RollingSync') return undefined;
  const open = recordsAt(object, 'status', 'applicationStatus').find((one) => textAt(one, 'status') !== 'Healthy');
  return open === undefined
    ? undefined
    : waiting('RolloutProgressing', `its Application ${textAt(open, 'application')} is ${textAt(open, 'status')}`);
};

export const applicationSet: Reader = (object) =>
  endsIf(object, 'ErrorOccurred', false) ??
  needs(object, 'ResourcesUpToDate') ??
  rolling(object) ??
  ready('ResourcesUpToDate', 'its Applications are made');

/** Argo Rollouts writes observedGeneration as a string, and one of its own for a Deployment that it takes its template from. */
export const rollout: Reader = (object, known) => {
  const observed = at(object, 'status', 'observedGeneration');
  if (observed === undefined || Number(observed) < (object.metadata.generation ?? 0)) {
    return waiting('NotObserved', 'its controller has not seen this generation yet');
  }
  // Before version 1.1 there was no phase: conditions and counts say the same.
  if (textAt(object, 'status', 'phase') === '') return few(object) ?? general(object, known);
  const workload = object.metadata.annotations?.['rollout.argoproj.io/workload-generation'];
  const seen = at(object, 'status', 'workloadObservedGeneration');
  if (isRecord(at(object, 'spec', 'workloadRef')) && workload !== undefined && String(seen) !== workload)
    return waiting(
      'NotObserved',
      `its controller has seen generation ${String(seen)} of the workload it refers to, not ${workload}`,
    );
  if (at(object, 'status', 'abort') === true)
    return waiting('Aborted', 'its rollout is aborted: the stable version runs');
  return byPhase('phase', { good: ['Healthy'], bad: ['Degraded'], final: false })(object, known);
};

function few(object: KubeObject): Reading | undefined {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const [updated, available] = ['updatedReplicas', 'availableReplicas'].map(
    (field) => numberAt(object, 'status', field) ?? 0,
  );
  const have = Math.min(updated ?? 0, available ?? 0);
  return have < want
    ? waiting('AvailableReplicas', `${have} of ${want} replicas are up to date and available`)
    : undefined;
}

/** It makes Workflows by the clock; on itself it writes no more than what is wrong with its spec. */
export const cronWorkflow: Reader = (object) =>
  endsIf(object, 'SpecError', false) ??
  (at(object, 'spec', 'suspend') === true
    ? waiting('Suspended', 'it is suspended, so it makes no Workflows')
    : accepted(object, 'it is scheduled; whether its Workflows succeed is for a criterion', 'Scheduled'));

/** Flux: kstatus-compatible conditions; a suspended one says nothing new. */
export const flux: Reader = (object) => {
  if (at(object, 'spec', 'suspend') === true) return waiting('Suspended', 'it is suspended');
  return (
    endsIf(object, 'Stalled') ??
    lagging(object) ??
    mustNot(object, 'Reconciling') ??
    needs(object, 'Ready') ??
    ready('ReconciliationSucceeded', conditionOf(object, 'Ready')?.message || 'Ready is True')
  );
};

/** helm-controller's status.observedGeneration may lag behind for good while Ready is already about this generation. */
const lagging = (object: KubeObject): Reading | undefined =>
  conditionOf(object, 'Ready')?.observedGeneration === undefined ? behind(object) : undefined;

/** A HelmRepository of type oci is static by design: Flux writes it no status. */
export const helmRepository: Reader = (object, known) =>
  textAt(object, 'spec', 'type') === 'oci' ? stored(object, known) : flux(object, known);

export const tekton: Reader = (object) => {
  const condition = conditionOf(object, 'Succeeded');
  if (condition === undefined) return waiting('NoStatus', 'it has not been started yet');
  if (condition.status === 'True') return ready(condition.reason || 'Succeeded', condition.message || 'it succeeded');
  return condition.status === 'False'
    ? failed(condition.reason || 'Failed', condition.message)
    : waiting(condition.reason || 'Running', condition.message);
};
