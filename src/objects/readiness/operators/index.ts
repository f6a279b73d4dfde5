import { textAt } from '../../kube-object.ts';
import { allTrue, byPhase, camel, failed, type Reader, ready, stored, waiting } from '../reading.ts';
import { applicationSet, argoApplication, cronWorkflow, flux, helmRepository, rollout, tekton } from './delivery.ts';
import { gateway, gatewayRoute, knative } from './networking.ts';
import { catalogSource, installPlan, olmSubscription, operatorGroup } from './olm.ts';
import {
  clusterOperator,
  clusterVersion,
  imageStream,
  machinePool,
  machineSet,
  rolledToNodes,
  route,
} from './openshift.ts';
import { PHASED } from './phases.ts';
import { pooler, postgresApplied, postgresCluster } from './postgres.ts';
import { certificateRequest, compositeDefinition, elastic, nodePool, rebalance, strimzi } from './products.ts';
import { STORED_KINDS } from './stored.ts';

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
      ...['Database', 'Publication', 'Subscription'].map((kind) => [`${kind}.${group}`, postgresApplied]),
    ]),
  ),
  ...PHASED,
  ...Object.assign({}, ...STORED_KINDS.map(([group, names]) => kinds(names, group, stored))),
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
  ...kinds('Rollout', 'argoproj.io', rollout),
  ...kinds('CronWorkflow', 'argoproj.io', cronWorkflow),
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
  ...kinds('Service Route Configuration Revision DomainMapping', 'serving.knative.dev', knative),
  ...kinds('Broker Trigger', 'eventing.knative.dev', knative),
  ...kinds('ProviderRevision ConfigurationRevision FunctionRevision', 'pkg.crossplane.io', allTrue('RevisionHealthy')),
  ...kinds('Provider Configuration Function', 'pkg.crossplane.io', allTrue('Installed', 'Healthy')),
  ...kinds('CompositeResourceDefinition', 'apiextensions.crossplane.io', compositeDefinition),
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
  ...kinds('Gateway', 'gateway.networking.k8s.io', gateway),
  ...kinds('HTTPRoute GRPCRoute TLSRoute TCPRoute UDPRoute', 'gateway.networking.k8s.io', gatewayRoute),
  ...kinds('Route', 'route.openshift.io', route),
  ...kinds('ClusterOperator', 'config.openshift.io', clusterOperator),
  ...kinds('ClusterVersion', 'config.openshift.io', clusterVersion),
  ...kinds('MachineConfig', 'machineconfiguration.openshift.io', rolledToNodes),
  ...kinds('ImageDigestMirrorSet ImageTagMirrorSet', 'config.openshift.io', rolledToNodes),
  ...kinds('ImageContentSourcePolicy', 'operator.openshift.io', rolledToNodes),
  ...kinds('IngressController', 'operator.openshift.io', clusterOperator),
  ...kinds('Build', 'build.openshift.io', byPhase('phase', { good: ['Complete'], bad: BUILD_ENDS })),
  ...kinds('ImageStream', 'image.openshift.io', imageStream),
  ...kinds('Project', 'project.openshift.io', byPhase('phase', { good: ['Active'] })),
  ...kinds('MachineConfigPool', 'machineconfiguration.openshift.io', machinePool),
  ...kinds('MachineSet', 'machine.openshift.io', machineSet),
  ...kinds('Machine', 'machine.openshift.io', byPhase('phase', { good: ['Running'], bad: ['Failed'] })),
  ...kinds('PipelineRun TaskRun CustomRun', 'tekton.dev', tekton),
  ...kinds(
    'Prometheus Alertmanager PrometheusAgent ThanosRuler',
    'monitoring.coreos.com',
    allTrue('Reconciled', 'Available'),
  ),
  ...kinds(
    'ExternalSecret ClusterExternalSecret PushSecret SecretStore ClusterSecretStore',
    'external-secrets.io',
    allTrue('Ready'),
  ),
  ...kinds('SealedSecret', 'bitnami.com', allTrue('Synced')),
  ...kinds('ScaledObject ScaledJob', 'keda.sh', allTrue('Ready')),
  ...kinds('RabbitmqCluster', 'rabbitmq.com', allTrue('ReconcileSuccess', 'ClusterAvailable', 'AllReplicasReady')),
  ...kinds('Elasticsearch', 'elasticsearch.k8s.elastic.co', elastic),
  ...kinds('Kibana', 'kibana.k8s.elastic.co', elastic),
  ...kinds('ApmServer', 'apm.k8s.elastic.co', elastic),
  ...kinds('EnterpriseSearch', 'enterprisesearch.k8s.elastic.co', elastic),
  ...kinds('Logstash', 'logstash.k8s.elastic.co', elastic),
  ...kinds('Beat', 'beat.k8s.elastic.co', elastic),
  ...kinds('Agent', 'agent.k8s.elastic.co', elastic),
  ...kinds('ElasticMapsServer', 'maps.k8s.elastic.co', elastic),
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
