import { at, conditionOf, conditionsIn, type KubeObject, numberAt, recordsAt, textAt } from '../kube-object.ts';
import {
  allTrue,
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
} from './reading.ts';

/** CloudNativePG and EDB's build of it. Ready=False is normal during a rolling update; there is no observedGeneration. */
const postgresCluster: Reader = (object) => {
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

const pooler: Reader = (object) => {
  const want = numberAt(object, 'spec', 'instances') ?? 1;
  const have = numberAt(object, 'status', 'instances') ?? 0;
  return have < want
    ? waiting('InstancesNotReady', `${have} of ${want} instances`)
    : ready('Ready', `${have} instances`);
};

const postgresApplied: Reader = (object) => {
  const message = textAt(object, 'status', 'message');
  const done = at(object, 'status', 'applied');
  if (done === true) return behind(object) ?? ready('Applied', 'it is applied to the database');
  if (done === false) return failed('NotApplied', message || 'it could not be applied', false);
  return waiting('NoStatus', 'the operator has not applied it yet');
};

/** cert-manager: Ready carries its own observedGeneration; a request that was denied or is invalid stays so. */
const certificateRequest: Reader = (object) =>
  endsIf(object, 'Denied') ??
  endsIf(object, 'InvalidRequest') ??
  failedFor(object, 'Ready', ['Failed', 'Denied']) ??
  needs(object, 'Ready') ??
  ready('Issued', 'the certificate is issued');

function failedFor(object: KubeObject, type: string, reasons: readonly string[]): Reading | undefined {
  const condition = conditionOf(object, type);
  return condition?.status === 'False' && reasons.includes(condition.reason)
    ? failed(condition.reason, condition.message)
    : undefined;
}

/** Strimzi writes Ready, or NotReady with the reason. */
const strimzi: Reader = (object) =>
  behind(object) ?? mustNot(object, 'NotReady') ?? needs(object, 'Ready') ?? ready('Ready', 'Ready is True');

const nodePool: Reader = (object) => {
  const want = numberAt(object, 'spec', 'replicas') ?? 0;
  const ids = at(object, 'status', 'nodeIds');
  const have = Array.isArray(ids) ? ids.length : 0;
  return (
    behind(object) ??
    (have < want ? waiting('NodesMissing', `${have} of ${want} nodes`) : ready('Assigned', `${have} of ${want} nodes`))
  );
};

const rebalance: Reader = (object) =>
  endsIf(object, 'NotReady', false) ??
  (['Ready', 'ProposalReady'].some((type) => conditionOf(object, type)?.status === 'True')
    ? (behind(object) ?? ready('ProposalReady', 'the proposal is there'))
    : waiting('NoProposal', 'the rebalance is not ready yet'));

const argoApplication: Reader = (object) => {
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

const applicationSet: Reader = (object) =>
  endsIf(object, 'ErrorOccurred', false) ??
  needs(object, 'ResourcesUpToDate') ??
  ready('ResourcesUpToDate', 'its Applications are made');

/** Argo Rollouts writes observedGeneration as a string. */
const rollout: Reader = (object) => {
  const observed = at(object, 'status', 'observedGeneration');
  if (observed === undefined || Number(observed) < (object.metadata.generation ?? 0)) {
    return waiting('NotObserved', 'its controller has not seen this generation yet');
  }
  return byPhase('phase', { good: ['Healthy'], bad: ['Degraded'], final: false })(object);
};

/** Flux: kstatus-compatible conditions; a suspended one says nothing new. */
const flux: Reader = (object) => {
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
const helmRepository: Reader = (object) => (textAt(object, 'spec', 'type') === 'oci' ? stored(object) : flux(object));

const knative: Reader = (object) => behind(object) ?? needs(object, 'Ready') ?? ready('Ready', 'Ready is True');

const olmSubscription: Reader = (object) => {
  const state = textAt(object, 'status', 'state');
  for (const type of ['ResolutionFailed', 'BundleUnpackFailed', 'InstallPlanFailed']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'True') return failed(condition.reason || type, condition.message, false);
  }
  const sources = conditionOf(object, 'CatalogSourcesUnhealthy');
  if (state === '' && sources?.status === 'True')
    return waiting(sources.reason || 'CatalogSourcesUnhealthy', sources.message);
  if (state === '') return waiting('NoStatus', 'OLM has not resolved it yet');
  const installed = textAt(object, 'status', 'installedCSV');
  if (state === 'UpgradePending' && textAt(object, 'spec', 'installPlanApproval') === 'Manual') {
    return waiting(
      'RequiresApproval',
      `${textAt(object, 'status', 'currentCSV')} waits for its InstallPlan to be approved`,
    );
  }
  if (state !== 'AtLatestKnown') return waiting(camel(state), `its state is ${state}`);
  return installed === ''
    ? waiting('NothingInstalled', 'no ClusterServiceVersion is installed')
    : ready('AtLatestKnown', `${installed} is installed`);
};

const installPlan: Reader = (object) => {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'RequiresApproval') return waiting('RequiresApproval', 'someone must approve it (spec.approved)');
  return byPhase('phase', { good: ['Complete'], bad: ['Failed'] })(object);
};

const catalogSource: Reader = (object) => {
  const state = textAt(object, 'status', 'connectionState', 'lastObservedState');
  if (state === 'READY') return ready('READY', 'the catalog answers');
  return waiting(
    state === '' ? 'NoStatus' : camel(state),
    state === '' ? 'OLM has not connected to it yet' : `the connection is ${state}`,
  );
};

const operatorGroup: Reader = (object) => {
  if (textAt(object, 'status', 'lastUpdated') === '') return waiting('NoStatus', 'OLM has not looked at it yet');
  const no = conditionsIn(at(object, 'status', 'conditions')).find((c) => c.status === 'True');
  return no === undefined ? ready('Updated', 'OLM has taken it up') : failed(no.reason || no.type, no.message, false);
};

/** Routes of the Gateway API report once for each parent. */
const gatewayRoute: Reader = (object) => {
  const parents = recordsAt(object, 'status', 'parents');
  const wanted = recordsAt(object, 'spec', 'parentRefs').length;
  if (parents.length < Math.max(1, wanted)) {
    return waiting('NotAttached', `${parents.length} of ${wanted} gateways have taken it up`);
  }
  for (const parent of parents) {
    const conditions = conditionsIn(parent.conditions);
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const condition = conditions.find((c) => c.type === type);
      if (condition === undefined) return waiting(`No${type}Condition`, `a gateway has not said ${type} yet`);
      const late = behind(object, condition);
      if (late !== undefined) return late;
      if (condition.status !== 'True') return waiting(condition.reason || `Not${type}`, condition.message);
    }
  }
  return ready('Accepted', 'every gateway it names has accepted it');
};

/** OpenShift. A Route is admitted by each router; its conditions are in status.ingress. */
const route: Reader = (object) => {
  const routers = recordsAt(object, 'status', 'ingress');
  if (routers.length === 0) return waiting('NoRouter', 'no router has looked at it yet');
  const admissions = routers.flatMap((router) => conditionsIn(router.conditions).filter((c) => c.type === 'Admitted'));
  const no = admissions.find((c) => c.status === 'False');
  if (no !== undefined) return failed(no.reason || 'NotAdmitted', no.message || 'a router does not admit it', false);
  return admissions.some((c) => c.status === 'True')
    ? ready('Admitted', `admitted at ${textAt(routers[0], 'host')}`)
    : waiting('NotAdmitted', 'no router has admitted it yet');
};

const clusterOperator: Reader = (object) =>
  mustNot(object, 'Degraded') ??
  needs(object, 'Available') ??
  mustNot(object, 'Progressing') ??
  ready('AsExpected', 'available, not degraded, not progressing');

const clusterVersion: Reader = (object) =>
  behind(object) ??
  mustNot(object, 'Failing') ??
  needs(object, 'Available') ??
  mustNot(object, 'Progressing') ??
  ready('Available', `at ${textAt(object, 'status', 'desired', 'version')}`);

const imageStream: Reader = (object) => {
  const wanted = recordsAt(object, 'spec', 'tags').map((t) => textAt(t, 'name'));
  const have = recordsAt(object, 'status', 'tags');
  for (const tag of have) {
    const no = conditionsIn(tag.conditions).find((c) => c.type === 'ImportSuccess' && c.status === 'False');
    if (no !== undefined) return failed(no.reason || 'ImportFailed', `tag ${textAt(tag, 'tag')}: ${no.message}`, false);
  }
  const filled = new Set(have.filter((t) => recordsAt(t, 'items').length > 0).map((t) => textAt(t, 'tag')));
  const missing = wanted.filter((name) => !filled.has(name));
  if (missing.length > 0) return waiting('NotImported', `${missing.join(', ')} not imported yet`);
  return filled.size > 0
    ? ready('Imported', `${filled.size} tags point at images`)
    : waiting('Empty', 'it holds no image yet');
};

const machinePool: Reader = (object) =>
  mustNot(object, 'Degraded') ??
  behind(object) ??
  needs(object, 'Updated') ??
  ready('Updated', 'all machines are updated');

const tekton: Reader = (object) => {
  const condition = conditionOf(object, 'Succeeded');
  if (condition === undefined) return waiting('NoStatus', 'it has not been started yet');
  if (condition.status === 'True') return ready(condition.reason || 'Succeeded', condition.message || 'it succeeded');
  return condition.status === 'False'
    ? failed(condition.reason || 'Failed', condition.message)
    : waiting(condition.reason || 'Running', condition.message);
};

const elastic: Reader = (object) => {
  const [health, phase] = [textAt(object, 'status', 'health'), textAt(object, 'status', 'phase')];
  if (health === '') return waiting('NoStatus', 'the operator has not written a status yet');
  const late = behind(object);
  if (late !== undefined) return late;
  if (phase === 'Invalid') return failed('Invalid', 'the operator refuses its spec');
  return health === 'green' && (phase === '' || phase === 'Ready')
    ? ready('Green', 'health is green')
    : waiting(camel(health), `health is ${health}, phase ${phase}`);
};

const machineSet: Reader = (object) => {
  const [want, have] = [
    numberAt(object, 'spec', 'replicas') ?? 1,
    numberAt(object, 'status', 'availableReplicas') ?? 0,
  ];
  return (
    behind(object) ??
    (have < want
      ? waiting('AvailableReplicas', `${have} of ${want} machines are available`)
      : ready('Available', `${have} machines are available`))
  );
};

const BUILD_ENDS = ['Failed', 'Error', 'Cancelled'];
const kinds = (names: string, group: string, reader: Reader): Record<string, Reader> =>
  Object.fromEntries(names.split(' ').map((name) => [`${name}.${group}`, reader]));

/** What well-known operators mean by ready, where the general rule would be wrong or too weak. */
export const OPERATORS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(
    ['postgresql.cnpg.io', 'postgresql.k8s.enterprisedb.io'].flatMap((group) => [
      [`Cluster.${group}`, postgresCluster],
      [`Pooler.${group}`, pooler],
      [`Backup.${group}`, byPhase('phase', { good: ['completed'], bad: ['failed'] })],
      [`ScheduledBackup.${group}`, stored],
      [`ImageCatalog.${group}`, stored],
      [`ClusterImageCatalog.${group}`, stored],
      ...['Database', 'Publication', 'Subscription'].map((kind) => [`${kind}.${group}`, postgresApplied]),
    ]),
  ),
  ...kinds('Certificate Issuer ClusterIssuer', 'cert-manager.io', allTrue('Ready')),
  ...kinds('CertificateRequest', 'cert-manager.io', certificateRequest),
  ...kinds(
    'Order Challenge',
    'acme.cert-manager.io',
    byPhase('state', { good: ['valid'], bad: ['invalid', 'errored', 'expired'] }),
  ),
  ...kinds(
    'Kafka KafkaConnect KafkaBridge KafkaMirrorMaker KafkaMirrorMaker2 KafkaTopic KafkaUser KafkaConnector',
    'kafka.strimzi.io',
    strimzi,
  ),
  ...kinds('KafkaNodePool', 'kafka.strimzi.io', nodePool),
  ...kinds('KafkaRebalance', 'kafka.strimzi.io', rebalance),
  ...kinds('Application', 'argoproj.io', argoApplication),
  ...kinds('ApplicationSet', 'argoproj.io', applicationSet),
  ...kinds(
    'AppProject AnalysisTemplate ClusterAnalysisTemplate WorkflowTemplate ClusterWorkflowTemplate',
    'argoproj.io',
    stored,
  ),
  ...kinds('Rollout', 'argoproj.io', rollout),
  ...kinds('Workflow', 'argoproj.io', byPhase('phase', { good: ['Succeeded'], bad: ['Failed', 'Error'] })),
  ...kinds(
    'AnalysisRun Experiment',
    'argoproj.io',
    byPhase('phase', { good: ['Successful'], bad: ['Failed', 'Error', 'Inconclusive'] }),
  ),
  ...kinds('Kustomization', 'kustomize.toolkit.fluxcd.io', flux),
  ...kinds('HelmRelease', 'helm.toolkit.fluxcd.io', flux),
  ...kinds('GitRepository HelmChart Bucket OCIRepository ExternalArtifact', 'source.toolkit.fluxcd.io', flux),
  ...kinds('HelmRepository', 'source.toolkit.fluxcd.io', helmRepository),
  ...kinds('ImageRepository ImagePolicy ImageUpdateAutomation', 'image.toolkit.fluxcd.io', flux),
  ...kinds('Receiver', 'notification.toolkit.fluxcd.io', flux),
  ...kinds('Alert Provider', 'notification.toolkit.fluxcd.io', stored),
  ...kinds('Service Route Configuration Revision DomainMapping', 'serving.knative.dev', knative),
  ...kinds('Broker Trigger', 'eventing.knative.dev', knative),
  ...kinds('Provider Configuration Function', 'pkg.crossplane.io', allTrue('Installed', 'Healthy')),
  ...kinds('CompositeResourceDefinition', 'apiextensions.crossplane.io', allTrue('Established')),
  ...kinds('Composition CompositionRevision EnvironmentConfig', 'apiextensions.crossplane.io', stored),
  ...kinds('ProviderConfig', 'aws.upbound.io', stored),
  ...kinds('Subscription', 'operators.coreos.com', olmSubscription),
  ...kinds(
    'ClusterServiceVersion',
    'operators.coreos.com',
    byPhase('phase', { good: ['Succeeded'], bad: ['Failed'], final: false }),
  ),
  ...kinds('InstallPlan', 'operators.coreos.com', installPlan),
  ...kinds('CatalogSource', 'operators.coreos.com', catalogSource),
  ...kinds('OperatorGroup', 'operators.coreos.com', operatorGroup),
  ...kinds('ClusterExtension', 'olm.operatorframework.io', allTrue('Installed')),
  ...kinds('ClusterCatalog', 'olm.operatorframework.io', allTrue('Serving')),
  ...kinds('GatewayClass', 'gateway.networking.k8s.io', allTrue('Accepted')),
  ...kinds('Gateway', 'gateway.networking.k8s.io', allTrue('Accepted', 'Programmed')),
  ...kinds('HTTPRoute GRPCRoute TLSRoute TCPRoute UDPRoute', 'gateway.networking.k8s.io', gatewayRoute),
  ...kinds('ReferenceGrant', 'gateway.networking.k8s.io', stored),
  ...kinds('Route', 'route.openshift.io', route),
  ...kinds('ClusterOperator', 'config.openshift.io', clusterOperator),
  ...kinds('ClusterVersion', 'config.openshift.io', clusterVersion),
  ...kinds(
    'ImageDigestMirrorSet ImageTagMirrorSet ClusterImagePolicy ImagePolicy Image Proxy OAuth Ingress',
    'config.openshift.io',
    stored,
  ),
  ...kinds('ImageContentSourcePolicy', 'operator.openshift.io', stored),
  ...kinds('IngressController', 'operator.openshift.io', clusterOperator),
  ...kinds('SecurityContextConstraints', 'security.openshift.io', stored),
  ...kinds('Build', 'build.openshift.io', byPhase('phase', { good: ['Complete'], bad: BUILD_ENDS })),
  ...kinds('BuildConfig', 'build.openshift.io', stored),
  ...kinds('ImageStream', 'image.openshift.io', imageStream),
  ...kinds('Project', 'project.openshift.io', byPhase('phase', { good: ['Active'] })),
  ...kinds('MachineConfigPool', 'machineconfiguration.openshift.io', machinePool),
  ...kinds('MachineConfig', 'machineconfiguration.openshift.io', stored),
  ...kinds('MachineSet', 'machine.openshift.io', machineSet),
  ...kinds('Machine', 'machine.openshift.io', byPhase('phase', { good: ['Running'], bad: ['Failed'] })),
  ...kinds('PipelineRun TaskRun CustomRun', 'tekton.dev', tekton),
  ...kinds('Task Pipeline ClusterTask StepAction', 'tekton.dev', stored),
  ...kinds(
    'Prometheus Alertmanager PrometheusAgent ThanosRuler',
    'monitoring.coreos.com',
    allTrue('Reconciled', 'Available'),
  ),
  ...kinds(
    'ServiceMonitor PodMonitor PrometheusRule Probe ScrapeConfig AlertmanagerConfig',
    'monitoring.coreos.com',
    stored,
  ),
  ...kinds(
    'ExternalSecret ClusterExternalSecret PushSecret SecretStore ClusterSecretStore',
    'external-secrets.io',
    allTrue('Ready'),
  ),
  ...kinds('SealedSecret', 'bitnami.com', allTrue('Synced')),
  ...kinds('ScaledObject ScaledJob', 'keda.sh', allTrue('Ready')),
  ...kinds('TriggerAuthentication ClusterTriggerAuthentication', 'keda.sh', stored),
  ...kinds('RabbitmqCluster', 'rabbitmq.com', allTrue('ReconcileSuccess', 'ClusterAvailable', 'AllReplicasReady')),
  ...kinds('Elasticsearch', 'elasticsearch.k8s.elastic.co', elastic),
  ...kinds('Kibana', 'kibana.k8s.elastic.co', elastic),
  ...kinds(
    'Backup Restore',
    'velero.io',
    byPhase('phase', { good: ['Completed'], bad: ['Failed', 'FailedValidation', 'PartiallyFailed'] }),
  ),
  ...kinds(
    'BackupStorageLocation',
    'velero.io',
    byPhase('phase', { good: ['Available'], bad: ['Unavailable'], final: false }),
  ),
  ...kinds(
    'VirtualService DestinationRule ServiceEntry Sidecar PeerAuthentication AuthorizationPolicy RequestAuthentication EnvoyFilter',
    'networking.istio.io',
    stored,
  ),
  ...kinds(
    'PerconaServerMongoDB PerconaXtraDBCluster',
    'pxc.percona.com',
    byPhase('state', { good: ['ready'], bad: ['error'], final: false }),
  ),
  ...kinds(
    'PerconaServerMongoDB',
    'psmdb.percona.com',
    byPhase('state', { good: ['ready'], bad: ['error'], final: false }),
  ),
  ...kinds(
    'MongoDBCommunity',
    'mongodbcommunity.mongodb.com',
    byPhase('phase', { good: ['Running'], bad: ['Failed'], final: false }),
  ),
  ...kinds('postgresql', 'acid.zalan.do', (object) => {
    const state = textAt(object, 'status', 'PostgresClusterStatus');
    if (state === '') return waiting('NoStatus', 'the operator has not written a status yet');
    return state === 'Running'
      ? ready('Running', 'the cluster is Running')
      : /Failed|Invalid/.test(state)
        ? failed(camel(state), `the cluster is ${state}`, false)
        : waiting(camel(state), `the cluster is ${state}`);
  }),
};
