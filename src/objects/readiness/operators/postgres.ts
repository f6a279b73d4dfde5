import { at, numberAt, textAt } from '../../kube-object.ts';
import { behind, camel, failed, needs, type Reader, ready, waiting } from '../reading.ts';

/** CloudNativePG and EDB's build of it. Ready=False is normal during a rolling update; there is no observedGeneration. */
export const postgresCluster: Reader = (object) => {
  const phase = textAt(object, 'status', 'phase');
  if (phase === '') return waiting('NoStatus', 'the operator has not written a status yet');
  const why = textAt(object, 'status', 'phaseReason');
  const words = `${phase}${why === '' ? '' : `: ${why}`}`;
  if (/unrecoverable|cannot be|can't be/i.test(phase)) return failed(camel(phase), words, false);
  if (phase !== 'Cluster in healthy state') return waiting(camel(phase), words);
  const want = numberAt(object, 'spec', 'instances') ?? 1;
  const have = numberAt(object, 'status', 'readyInstances') ?? 0;
  if (have !== want) return waiting('InstancesNotReady', `${have} of ${want} instances are ready`);
  return needs(object, 'Ready') ?? ready('ClusterIsReady', `${phase}, ${have} of ${want} instances ready`);
};

export const pooler: Reader = (object) => {
  const want = numberAt(object, 'spec', 'instances') ?? 1;
  const have = numberAt(object, 'status', 'instances') ?? 0;
  return have < want
    ? waiting('InstancesNotReady', `${have} of ${want} instances`)
    : ready('Ready', `${have} instances`);
};

export const postgresApplied: Reader = (object) => {
  const message = textAt(object, 'status', 'message');
  const done = at(object, 'status', 'applied');
  if (done === true) return behind(object) ?? ready('Applied', 'it is applied to the database');
  if (done === false) return failed('NotApplied', message || 'it could not be applied', false);
  return waiting('NoStatus', 'the operator has not applied it yet');
};
