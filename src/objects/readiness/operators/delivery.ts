import { at, conditionOf, recordsAt, textAt } from '../../kube-object.ts';
import {
  behind,
  byPhase,
  camel,
  endsIf,
  failed,
  mustNot,
  needs,
  type Reader,
  ready,
  stored,
  waiting,
} from '../reading.ts';

export const argoApplication: Reader = (object) => {
  const health = textAt(object, 'status', 'health', 'status');
  const sync = textAt(object, 'status', 'sync', 'status');
  const message = textAt(object, 'status', 'health', 'message');
  if (health === '' || sync === '') return waiting('NoStatus', 'Argo CD has not compared it yet');
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

export const applicationSet: Reader = (object) =>
  endsIf(object, 'ErrorOccurred', false) ??
  needs(object, 'ResourcesUpToDate') ??
  ready('ResourcesUpToDate', 'its Applications are made');

/** Argo Rollouts writes observedGeneration as a string. */
export const rollout: Reader = (object) => {
  const observed = at(object, 'status', 'observedGeneration');
  if (observed === undefined || Number(observed) < (object.metadata.generation ?? 0)) {
    return waiting('NotObserved', 'its controller has not seen this generation yet');
  }
  return byPhase('phase', { good: ['Healthy'], bad: ['Degraded'], final: false })(object);
};

/** Flux: kstatus-compatible conditions; a suspended one says nothing new. */
export const flux: Reader = (object) => {
  if (at(object, 'spec', 'suspend') === true) return waiting('Suspended', 'it is suspended');
  return (
    endsIf(object, 'Stalled') ??
    behind(object) ??
    mustNot(object, 'Reconciling') ??
    needs(object, 'Ready') ??
    ready('ReconciliationSucceeded', conditionOf(object, 'Ready')?.message || 'Ready is True')
  );
};

/** A HelmRepository of type oci is static by design: Flux writes it no status. */
export const helmRepository: Reader = (object) =>
  textAt(object, 'spec', 'type') === 'oci' ? stored(object) : flux(object);

export const tekton: Reader = (object) => {
  const condition = conditionOf(object, 'Succeeded');
  if (condition === undefined) return waiting('NoStatus', 'it has not been started yet');
  if (condition.status === 'True') return ready(condition.reason || 'Succeeded', condition.message || 'it succeeded');
  return condition.status === 'False'
    ? failed(condition.reason || 'Failed', condition.message)
    : waiting(condition.reason || 'Running', condition.message);
};
