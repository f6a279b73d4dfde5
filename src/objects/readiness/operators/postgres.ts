import { at, numberAt, textAt } from '../../kube-object.ts';
import { behind, camel, failed, needs, type Reader, ready, unknown, waiting } from '../reading.ts';
import { deployment } from '../workloads.ts';

/** CloudNativePG and EDB's build of it. Ready=False is normal during a rolling update; there is no observedGeneration. */
export const postgresCluster: Reader = (object) => {
  const phase = textAt(object, 'status', 'phase');
  if (phase === '') return waiting('NoStatus', 'the operator has not written a status yet');
  const { annotations = {} } = object.metadata;
  if (annotations['cnpg.io/reconciliationLoop'] === 'disabled')
    return waiting(
      'ReconciliationDisabled',
      'its annotation cnpg.io/reconciliationLoop keeps the operator from looking at it',
    );
  if (annotations['cnpg.io/hibernation'] === 'on') return waiting('Hibernated', 'it is hibernated: no instance runs');
  const why = textAt(object, 'status', 'phaseReason');
  const words = `${phase}${why === '' ? '' : `: ${why}`}`;
  if (/unrecoverable|cannot be|can't be/i.test(phase)) return failed(camel(phase), words, false);
  if (phase !== 'Cluster in healthy state') return waiting(camel(phase), words);
  const want = numberAt(object, 'spec', 'instances') ?? 1;
  const have = numberAt(object, 'status', 'readyInstances') ?? 0;
  if (have !== want) return waiting('InstancesNotReady', `${have} of ${want} instances are ready`);
  const [wanted, runs] = [textAt(object, 'spec', 'imageName'), textAt(object, 'status', 'image')];
  if (wanted !== '' && runs !== '' && wanted !== runs)
    return waiting('OtherImage', `its instances still run ${runs}, not ${wanted}`);
  return needs(object, 'Ready') ?? ready('ClusterIsReady', `${phase}, ${have} of ${want} instances ready`);
};

/** status.instances counts Pods that were scheduled, not ready ones: only the Deployment that it owns tells. */
export const pooler: Reader = (object, { around = [] }) => {
  const want = numberAt(object, 'spec', 'instances') ?? 1;
  const have = numberAt(object, 'status', 'instances');
  if (have === undefined) return waiting('NoStatus', 'the operator has not written a status yet');
  if (have < want) return waiting('InstancesNotReady', `${have} of ${want} instances`);
  const owned = around.find(
    (o) => o.kind === 'Deployment' && o.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid),
  );
  if (owned === undefined)
    return unknown(
      'NeedsCriterion',
      `${have} instances are scheduled, which does not say that they are ready; give a criterion about its Deployment or Pods`,
    );
  const reading = deployment(owned, {});
  return reading.status === 'ready'
    ? ready('Ready', `${have} instances`)
    : waiting('InstancesNotReady', `Deployment/${owned.metadata.name}: ${reading.message}`);
};

export const postgresApplied: Reader = (object) => {
  const message = textAt(object, 'status', 'message');
  const done = at(object, 'status', 'applied');
  if (done === true) return behind(object) ?? ready('Applied', 'it is applied to the database');
  if (done === false) return failed('NotApplied', message || 'it could not be applied', false);
  return waiting('NoStatus', 'the operator has not applied it yet');
};
