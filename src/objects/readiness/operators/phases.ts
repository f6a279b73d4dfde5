import {
  at,
  conditionOf,
  conditionsIn,
  isRecord,
  type KubeObject,
  numberAt,
  recordsAt,
  textAt,
} from '../../kube-object.ts';
import { contraryOf } from '../conditions.ts';
import { general } from '../general.ts';
import {
  accepted,
  allTrue,
  behind,
  byPhase,
  camel,
  failed,
  needs,
  type Reader,
  type Reading,
  ready,
  unknown,
  waiting,
} from '../reading.ts';
import { daemonSet } from '../workloads.ts';

const rows = (names: string, group: string, reader: Reader): (readonly [string, Reader])[] =>
  names.split(' ').map((name) => [`${name}.${group}`, reader] as const);

const steady = (field: string, good: readonly string[], bad: readonly string[] = []): Reader =>
  byPhase(field, { good, bad, final: false });

/** The general rule, and what a kind says beside its conditions. */
const also =
  (against: (object: KubeObject) => Reading | undefined): Reader =>
  (object, known) => {
    const reading = general(object, known);
    return reading.status === 'ready' ? (against(object) ?? reading) : reading;
  };

/** Confluent: the connector's own state counts; `state` says only that it was created. */
const confluentConnector: Reader = (object) => {
  const state = textAt(object, 'status', 'connectorState');
  if (state === '') return waiting('NoStatus', 'the operator has not written the state of the connector yet');
  const failing = numberAt(object, 'status', 'failedTasksCount') ?? 0;
  if (failing > 0) return waiting('TasksFailed', `${failing} of its tasks failed`);
  return state === 'RUNNING'
    ? ready('Running', 'the connector is RUNNING')
    : waiting(camel(state), `the connector is ${state}`);
};

/** A collector counts its Pods as text, `2/2`. */
const collector: Reader = (object, known) => {
  const counts = /^(\d+)\/(\d+)$/.exec(textAt(object, 'status', 'scale', 'statusReplicas'));
  if (counts === null && textAt(object, 'spec', 'mode') === 'sidecar')
    return accepted(object, 'it is put into Pods as they are created; nothing of its own runs');
  if (counts === null) return general(object, known);
  const [, have = '', want = ''] = counts;
  return have === want
    ? ready('ReplicasReady', `${have} of ${want} replicas are ready`)
    : waiting('ReadyReplicas', `${have} of ${want} replicas are ready`);
};

/** Karmada: applied to the clusters that were chosen, and healthy there. */
const binding: Reader = (object) => {
  const no = needs(object, 'FullyApplied');
  if (no !== undefined) return no;
  const all = recordsAt(object, 'status', 'aggregatedStatus');
  const open = all.find((one) => !['Healthy', 'Unknown'].includes(textAt(one, 'health')));
  // Unknown is where a kind stays that Karmada has no interpreter for.
  const unjudged = all.find((one) => textAt(one, 'health') === 'Unknown');
  if (open === undefined && unjudged !== undefined)
    return unknown(
      'NeedsCriterion',
      `it is applied, and Karmada does not judge its kind (health Unknown in ${textAt(unjudged, 'clusterName')}); give a criterion that says what counts`,
    );
  return open === undefined
    ? ready('FullyApplied', 'it is applied and healthy in every cluster')
    : waiting(
        camel(textAt(open, 'health') || 'NoHealth'),
        `in cluster ${textAt(open, 'clusterName')} it is ${textAt(open, 'health') || 'not judged yet'}`,
      );
};

/** The promoter's commit statuses are Ready once looked at; each environment says whether it may go on. */
const environments: Reader = also((object) => {
  const all = ['environments', 'applicationsSelected'].flatMap((key) => recordsAt(object.status, key));
  if (all.length === 0) return waiting('NothingSelected', 'it selects nothing');
  const open = all.find((one) => textAt(one, 'phase') !== 'success');
  return open === undefined
    ? undefined
    : waiting(
        camel(textAt(open, 'phase')),
        `${textAt(open, 'branch') || textAt(open, 'name')} is ${textAt(open, 'phase')}`,
      );
});

/** A promotion is done where what is proposed is what is active. */
const promotion: Reader = also((object) => {
  const branches =
    'environments' in (isRecord(object.status) ? object.status : {})
      ? recordsAt(object.status, 'environments')
      : [object.status];
  if (branches.length === 0) return waiting('NoEnvironments', 'it has no environment yet');
  const open = branches.find((branch) => {
    const active = textAt(branch, 'active', 'dry', 'sha');
    const proposed = textAt(branch, 'proposed', 'note', 'drySha') || textAt(branch, 'proposed', 'dry', 'sha');
    return active === '' || active !== proposed || active !== textAt(branches[0], 'active', 'dry', 'sha');
  });
  return open === undefined
    ? undefined
    : waiting('PromotionPending', `${textAt(open, 'branch') || 'it'} is not at what is proposed`);
});

/** KServe: Ready may be the last revision's while the next model fails to load. */
const inference: Reader = also((object) => {
  const state = textAt(object, 'status', 'modelStatus', 'transitionStatus');
  return ['', 'UpToDate'].includes(state) ? undefined : waiting(state, `its model is ${state}`);
});

/** OpenKruise's GameServer keeps its state while a condition of its Pod turns. */
const gameServer: Reader = also((object) => {
  const against = contraryOf(conditionsIn(at(object, 'status', 'podStatus', 'conditions')));
  return against === undefined
    ? undefined
    : waiting(against.reason || `Not${against.type}`, `its Pod: ${against.type} is ${against.status}`);
});

/**
 * Rook: Ready says that the cluster was made. HEALTH_WARN is a cluster that serves (a disk is nearly full, a clock is
 * off); HEALTH_ERR is one that doesn't, or not for long.
 */
const ceph: Reader = also((object) =>
  textAt(object, 'status', 'ceph', 'health') === 'HEALTH_ERR'
    ? waiting('HealthErr', 'Ceph says HEALTH_ERR')
    : undefined,
);

/** MinIO: initialized once; `healthStatus` is what it is like since. */
const tenant: Reader = (object, known) => {
  const health = textAt(object, 'status', 'healthStatus');
  const reading = steady('currentState', ['Initialized'])(object, known);
  return reading.status === 'ready' && !['', 'green'].includes(health)
    ? waiting(camel(`health ${health}`), `it is initialized, but its health is ${health}`)
    : reading;
};

/** Grafana's operator goes through stages; only the last one's success is the end. */
const grafana: Reader = (object, known) => {
  const [stage, status] = [textAt(object, 'status', 'stage'), textAt(object, 'status', 'stageStatus')];
  if (stage === '') return general(object, known);
  return stage === 'complete' && status === 'success'
    ? ready('Complete', 'its last stage succeeded')
    : waiting(camel(stage), `stage ${stage} is ${status}`);
};

/** A job of AWX is done when it was successful there. */
const ansibleJob: Reader = (object, known) => {
  const result = textAt(object, 'status', 'ansibleJobResult', 'status');
  if (result === '') return general(object, known);
  if (['failed', 'error', 'canceled'].includes(result)) return failed(camel(result), `the job is ${result}`);
  return result === 'successful'
    ? ready('Successful', 'the job was successful')
    : waiting(camel(result), `the job is ${result}`);
};

/** Keptn: Completed is the end of an analysis, `pass` its outcome. */
const analysis: Reader = also((object) =>
  at(object, 'status', 'pass') === false ? waiting('NotPassed', 'the analysis did not pass') : undefined,
);

/** Open Cluster Management. An OperatorPolicy sums up in a condition, later than in its field. */
const operatorPolicy: Reader = (object) =>
  behind(object) ??
  needs(object, 'Compliant') ??
  ready('Compliant', conditionOf(object, 'Compliant')?.message || 'it is compliant');

/** Well-known kinds that say it in one word, or one number, of their own. */
export const PHASED: Readonly<Record<string, Reader>> = Object.fromEntries([
  ...rows(
    'Kafka Zookeeper KRaftController Connect ControlCenter KsqlDB SchemaRegistry KafkaRestProxy',
    'platform.confluent.io',
    steady('phase', ['RUNNING'], ['FAILED']),
  ),
  ...rows('Connector', 'platform.confluent.io', confluentConnector),
  ...rows('Canary', 'flagger.app', steady('phase', ['Initialized', 'Succeeded'], ['Failed'])),
  ...rows('HumioCluster', 'core.humio.com', steady('state', ['Running'], ['ConfigError'])),
  ...rows(
    'HumioAction HumioAlert HumioIngestToken HumioParser HumioRepository HumioView HumioFilterAlert HumioScheduledSearch HumioAggregateAlert',
    'core.humio.com',
    steady('state', ['Exists'], ['ConfigError']),
  ),
  ...rows('Jaeger', 'jaegertracing.io', steady('phase', ['Running'], ['Failed'])),
  ...rows('Tenant', 'minio.min.io', tenant),
  ...rows('ManagedCertificate', 'networking.gke.io', steady('certificateStatus', ['Active'])),
  ...rows('DaemonSet', 'apps.kruise.io', daemonSet),
  ...rows('ClusterResourceSet', 'addons.cluster.x-k8s.io', allTrue('ResourcesApplied')),
  ...rows('Alert RecordingRuleGroupSet TCOLogsPolicies Dashboard', 'coralogix.com', allTrue('RemoteSynced')),
  ...rows('GrafanaDashboard', 'grafana.integreatly.org', allTrue('DashboardSynchronized')),
  ...rows('GrafanaFolder', 'grafana.integreatly.org', allTrue('FolderSynchronized')),
  ...rows('GrafanaDatasource', 'grafana.integreatly.org', allTrue('DatasourceSynchronized')),
  ...rows('GrafanaAlertRuleGroup', 'grafana.integreatly.org', allTrue('AlertGroupSynchronized')),
  ...rows('Grafana', 'grafana.integreatly.org', grafana),
  ...rows('AnsibleJob', 'tower.ansible.com', ansibleJob),
  ...rows(
    'Policy ConfigurationPolicy CertificatePolicy',
    'policy.open-cluster-management.io',
    steady('compliant', ['Compliant']),
  ),
  ...rows('OperatorPolicy', 'policy.open-cluster-management.io', operatorPolicy),
  ...rows('OpenTelemetryCollector', 'opentelemetry.io', collector),
  ...rows('ResourceBinding ClusterResourceBinding', 'work.karmada.io', binding),
  ...rows(
    'GitCommitStatus TimedCommitStatus WebRequestCommitStatus ArgoCDCommitStatus',
    'promoter.argoproj.io',
    environments,
  ),
  ...rows('PromotionStrategy ChangeTransferPolicy', 'promoter.argoproj.io', promotion),
  // What a commit's status is, is its content, not its health.
  ...rows('CommitStatus', 'promoter.argoproj.io', allTrue('Ready')),
  ...rows('InferenceService', 'serving.kserve.io', inference),
  ...rows('GameServer', 'game.kruise.io', gameServer),
  ...rows('CephCluster', 'ceph.rook.io', ceph),
  ...rows('Analysis', 'metrics.keptn.sh', analysis),
]);
