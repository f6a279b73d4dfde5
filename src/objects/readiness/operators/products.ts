import { at, conditionOf, type KubeObject, numberAt, textAt } from '../../kube-object.ts';
import {
  behind,
  camel,
  endsIf,
  failed,
  mustNot,
  needs,
  type Reader,
  type Reading,
  ready,
  waiting,
} from '../reading.ts';

function failedFor(object: KubeObject, type: string, reasons: readonly string[]): Reading | undefined {
  const condition = conditionOf(object, type);
  return condition?.status === 'False' && reasons.includes(condition.reason)
    ? failed(condition.reason, condition.message)
    : undefined;
}

/** cert-manager: Ready carries its own observedGeneration; a request that was denied or is invalid stays so. */
export const certificateRequest: Reader = (object) =>
  endsIf(object, 'Denied') ??
  endsIf(object, 'InvalidRequest') ??
  failedFor(object, 'Ready', ['Failed', 'Denied']) ??
  needs(object, 'Ready') ??
  ready('Issued', 'the certificate is issued');

/** Strimzi writes Ready, or NotReady with the reason. */
export const strimzi: Reader = (object) =>
  behind(object) ?? mustNot(object, 'NotReady') ?? needs(object, 'Ready') ?? ready('Ready', 'Ready is True');

export const nodePool: Reader = (object) => {
  const want = numberAt(object, 'spec', 'replicas') ?? 0;
  const ids = at(object, 'status', 'nodeIds');
  const have = Array.isArray(ids) ? ids.length : 0;
  return (
    behind(object) ??
    (have < want ? waiting('NodesMissing', `${have} of ${want} nodes`) : ready('Assigned', `${have} of ${want} nodes`))
  );
};

export const rebalance: Reader = (object) =>
  endsIf(object, 'NotReady', false) ??
  (['Ready', 'ProposalReady'].some((type) => conditionOf(object, type)?.status === 'True')
    ? (behind(object) ?? ready('ProposalReady', 'the proposal is there'))
    : waiting('NoProposal', 'the rebalance is not ready yet'));

export const elastic: Reader = (object) => {
  const [health, phase] = [textAt(object, 'status', 'health'), textAt(object, 'status', 'phase')];
  if (health === '') return waiting('NoStatus', 'the operator has not written a status yet');
  const late = behind(object);
  if (late !== undefined) return late;
  if (phase === 'Invalid') return failed('Invalid', 'the operator refuses its spec');
  return health === 'green' && (phase === '' || phase === 'Ready')
    ? ready('Green', 'health is green')
    : waiting(camel(health), `health is ${health}, phase ${phase}`);
};
