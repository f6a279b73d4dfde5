import { at, conditionOf, isRecord, type KubeObject, numberAt, recordsAt, textAt } from '../../kube-object.ts';
import {
  allTrue,
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

/** Strimzi writes Ready, or NotReady with the reason; connectors and their tasks fail beside a Ready that stays True. */
export const strimzi: Reader = (object) =>
  behind(object) ??
  mustNot(object, 'NotReady') ??
  needs(object, 'Ready') ??
  connectorsOf(object)
    .map((connector) => stoppedConnector(connector, restsAsAsked(object)))
    .find((no) => no !== undefined) ??
  ready('Ready', 'Ready is True');

/** As Kafka Connect's REST API reports them: of a KafkaMirrorMaker2 in a list, of a KafkaConnector alone. */
const connectorsOf = (object: KubeObject): unknown[] => [
  ...recordsAt(object, 'status', 'connectors'),
  ...[at(object, 'status', 'connectorStatus')].filter(isRecord),
];

function stoppedConnector(connector: unknown, asked: readonly string[]): Reading | undefined {
  const name = textAt(connector, 'name');
  const parts = [at(connector, 'connector'), ...recordsAt(connector, 'tasks')];
  const broken = parts.find((part) => textAt(part, 'state') === 'FAILED');
  if (broken !== undefined)
    return waiting(
      'ConnectorFailed',
      `connector ${name} or a task of it is FAILED: ${textAt(broken, 'trace').split('\n')[0]}`,
    );
  const resting = parts.find((part) => !['', 'RUNNING', ...asked].includes(textAt(part, 'state')));
  if (resting === undefined) return undefined;
  const state = textAt(resting, 'state');
  return waiting(`Connector${camel(state.toLowerCase())}`, `connector ${name} or a task of it is ${state}`);
}

/** Kafka Connect's word for what its spec asks for: `state: paused | stopped`, of a mirror's connectors and in older versions `pause: true`. */
function restsAsAsked(object: KubeObject): readonly string[] {
  const specs = [
    object.spec,
    ...recordsAt(object, 'spec', 'mirrors').flatMap((m) => Object.values(m).filter(isRecord)),
  ];
  return specs.flatMap((spec) => {
    const state = textAt(spec, 'state') || (at(spec, 'pause') === true ? 'paused' : '');
    return ['paused', 'stopped'].includes(state) ? [state.toUpperCase()] : [];
  });
}

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

/** Elastic's operator counts the nodes that are there; health is green before all that are asked for have joined. */
export const elastic: Reader = (object) => {
  const [health, phase] = [textAt(object, 'status', 'health'), textAt(object, 'status', 'phase')];
  if (health === '') return waiting('NoStatus', 'the operator has not written a status yet');
  const late = behind(object);
  if (late !== undefined) return late;
  if (phase === 'Invalid') return failed('Invalid', 'the operator refuses its spec');
  if (health !== 'green' || (phase !== '' && phase !== 'Ready'))
    return waiting(camel(health), `health is ${health}, phase ${phase}`);
  const sets = recordsAt(object, 'spec', 'nodeSets').map((set) => numberAt(set, 'count') ?? 1);
  const want =
    sets.length > 0
      ? sets.reduce((sum, n) => sum + n, 0)
      : (numberAt(object, 'status', 'expectedNodes') ?? numberAt(object, 'spec', 'count'));
  const have = numberAt(object, 'status', 'availableNodes');
  if (want !== undefined && have !== undefined && have !== want)
    return waiting('NodesMissing', `${have} of ${want} nodes are available`);
  const [wanted, runs] = [textAt(object, 'spec', 'version'), textAt(object, 'status', 'version')];
  if (wanted !== '' && runs !== '' && wanted !== runs)
    return waiting('OtherVersion', `it still runs version ${runs}, not ${wanted}`);
  return ready('Green', 'health is green');
};

/** Crossplane: a definition with claims is of use once those are offered, too. */
export const compositeDefinition: Reader = (object) =>
  needs(object, 'Established') ??
  (isRecord(at(object, 'spec', 'claimNames')) ? needs(object, 'Offered') : undefined) ??
  ready('Established', 'its resources are served');

/** AWS Controllers for Kubernetes: newer ones sum up in Ready; before, synced with the service was all that is said. */
export const ack: Reader = (object, known) =>
  conditionOf(object, 'Ready') !== undefined || conditionOf(object, 'ACK.Ready') !== undefined
    ? allTrue(conditionOf(object, 'Ready') === undefined ? 'ACK.Ready' : 'Ready')(object, known)
    : allTrue('ACK.ResourceSynced')(object, known);
