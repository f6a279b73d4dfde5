import { describe, expect, test } from 'vitest';
import { isCustom } from '../../src/plan/index.ts';
import { ASSUMPTION, begun, configMap, pod } from '../support/story.ts';
import { reach, value } from './io/sandbox.ts';
import { applied, approved, gateFails, gatePasses, type PhaseText, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

setTheStage('kinds');

const container = () => `{ name: main, image: "${image}", command: [sleep, "3600"] }`;
const podSpec = () => `{ containers: [${container()}] }`;
const template = (name: string) => `{ metadata: { labels: { app: ${name} } }, spec: ${podSpec()} }`;
const workload = (apiVersion: string, kind: string, name: string, more = '') => `apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name} }
spec: { selector: { matchLabels: { app: ${name} } }, ${more} template: ${template(name)} }
`;
const object = (apiVersion: string, kind: string, rest: string, name = 'one') => `apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name} }
${rest}
`;
const job = (name: string, more = '', command = 'true') =>
  object(
    'batch/v1',
    'Job',
    `spec: { backoffLimit: 0, ${more} template: { spec: { restartPolicy: Never, containers: [{ name: main, image: "${image}", command: ["${command}"] }] } } }`,
    name,
  );

/** Every namespaced kind that this API server has built in and that may be created and read: none is left out. */
const KINDS: Readonly<Record<string, () => string>> = {
  'v1/ConfigMap': () => object('v1', 'ConfigMap', 'data: { a: b }'),
  'v1/Endpoints': () =>
    object('v1', 'Endpoints', 'subsets: [{ addresses: [{ ip: 192.0.2.1 }], ports: [{ port: 80 }] }]', 'ends'),
  'v1/Event': () => `apiVersion: v1
kind: Event
metadata: { name: said }
involvedObject: { apiVersion: v1, kind: ConfigMap, name: one, namespace: ${stage.namespace} }
reason: Said
message: by the test
type: Normal
`,
  'v1/LimitRange': () =>
    object(
      'v1',
      'LimitRange',
      'spec: { limits: [{ type: Container, max: { memory: 1Gi }, default: { memory: 8Mi } }] }',
    ),
  'v1/PersistentVolumeClaim': () =>
    object(
      'v1',
      'PersistentVolumeClaim',
      `spec: { accessModes: [ReadWriteOnce], storageClassName: "", volumeName: pv-${stage.namespace}, resources: { requests: { storage: 1Mi } } }`,
      'data',
    ),
  'v1/Pod': () => pod(image, 'bare'),
  'v1/PodTemplate': () => object('v1', 'PodTemplate', `template: ${template('t')}`),
  'v1/ReplicationController': () =>
    object(
      'v1',
      'ReplicationController',
      `spec: { replicas: 1, selector: { app: rc }, template: ${template('rc')} }`,
      'rc',
    ),
  'v1/ResourceQuota': () => object('v1', 'ResourceQuota', 'spec: { hard: { configmaps: "100" } }'),
  'v1/Secret': () => object('v1', 'Secret', 'type: Opaque', 'empty'),
  'v1/Service': () => object('v1', 'Service', 'spec: { selector: { app: web }, ports: [{ port: 80 }] }', 'web'),
  'v1/ServiceAccount': () => object('v1', 'ServiceAccount', 'automountServiceAccountToken: false', 'worker'),
  'apps/v1/ControllerRevision': () => object('apps/v1', 'ControllerRevision', 'revision: 1\ndata: { a: b }'),
  'apps/v1/DaemonSet': () => workload('apps/v1', 'DaemonSet', 'ds'),
  'apps/v1/Deployment': () => workload('apps/v1', 'Deployment', 'web', 'replicas: 1,'),
  'apps/v1/ReplicaSet': () => workload('apps/v1', 'ReplicaSet', 'rs', 'replicas: 1,'),
  'apps/v1/StatefulSet': () => workload('apps/v1', 'StatefulSet', 'sts', 'replicas: 1, serviceName: web,'),
  'autoscaling/v2/HorizontalPodAutoscaler': () =>
    object(
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      'spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 1, maxReplicas: 2 }',
      'web',
    ),
  'batch/v1/CronJob': () =>
    object(
      'batch/v1',
      'CronJob',
      `spec: { schedule: "0 3 1 1 *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [${container()}] } } } } }`,
      'yearly',
    ),
  'batch/v1/Job': () => job('migrate'),
  'coordination.k8s.io/v1/Lease': () =>
    object('coordination.k8s.io/v1', 'Lease', 'spec: { holderIdentity: nobody }', 'lease'),
  'discovery.k8s.io/v1/EndpointSlice': () =>
    object(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      'addressType: IPv4\nendpoints: [{ addresses: ["192.0.2.2"] }]\nports: [{ name: http, port: 80 }]',
      'slice',
    ),
  'events.k8s.io/v1/Event': () => `apiVersion: events.k8s.io/v1
kind: Event
metadata: { name: noted }
eventTime: "2026-01-01T00:00:00.000000Z"
action: Noted
reason: Noted
reportingController: infragate.io/tests
reportingInstance: test
type: Normal
regarding: { apiVersion: v1, kind: ConfigMap, name: one, namespace: ${stage.namespace} }
`,
  'networking.k8s.io/v1/Ingress': () =>
    object(
      'networking.k8s.io/v1',
      'Ingress',
      'spec: { defaultBackend: { service: { name: web, port: { number: 80 } } } }',
      'web',
    ),
  'networking.k8s.io/v1/NetworkPolicy': () =>
    object('networking.k8s.io/v1', 'NetworkPolicy', 'spec: { podSelector: { matchLabels: { app: none } } }', 'none'),
  'policy/v1/PodDisruptionBudget': () =>
    object(
      'policy/v1',
      'PodDisruptionBudget',
      'spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }',
      'web',
    ),
  'rbac.authorization.k8s.io/v1/Role': () =>
    object(
      'rbac.authorization.k8s.io/v1',
      'Role',
      'rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]',
      'looks',
    ),
  'rbac.authorization.k8s.io/v1/RoleBinding': () =>
    object(
      'rbac.authorization.k8s.io/v1',
      'RoleBinding',
      'roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: looks }\nsubjects: [{ kind: ServiceAccount, name: worker }]',
      'looks',
    ),
  'storage.k8s.io/v1/CSIStorageCapacity': () =>
    object('storage.k8s.io/v1', 'CSIStorageCapacity', 'storageClassName: none\ncapacity: 1Gi', 'capacity'),
  'resource.k8s.io/v1/ResourceClaim': () =>
    object(
      'resource.k8s.io/v1',
      'ResourceClaim',
      'spec: { devices: { requests: [{ name: gpu, exactly: { deviceClassName: none } }] } }',
      'claim',
    ),
  'resource.k8s.io/v1/ResourceClaimTemplate': () =>
    object(
      'resource.k8s.io/v1',
      'ResourceClaimTemplate',
      'spec: { spec: { devices: { requests: [{ name: gpu, exactly: { deviceClassName: none } }] } } }',
      'claims',
    ),
};

/** Made for a kubelet alone, about a Pod on its own node: a plan has no use for it. */
const OF_KUBELETS = ['certificates.k8s.io/v1/PodCertificateRequest'];

/** Nothing here makes these ready: no metrics, no ingress controller, no device driver. Their gate says so. */
const NEVER_READY = [
  'autoscaling/v2/HorizontalPodAutoscaler',
  'networking.k8s.io/v1/Ingress',
  'resource.k8s.io/v1/ResourceClaim',
];

async function throughGate0(agent: Awaited<ReturnType<typeof stage.agent>>, apis: readonly string[]): Promise<void> {
  await begun(agent, stage, { apis, image, assumption: ASSUMPTION });
  await agent.call('cluster-reality-check', {});
  await agent.call('tracer-bullet', {
    assumption: ASSUMPTION,
    minimal_spec: pod(image),
    success_criteria: 'Pod reaches Running state',
    timeout: '60s',
  });
}

describe('every built-in kind', () => {
  test('that may be created in a namespace is in the table', async () => {
    const { reader } = await reach(sandbox.kubeconfig);
    const discovery = value(await reader.discovery());
    const served = discovery.resources.filter(
      (r) =>
        r.namespaced &&
        !isCustom(`${r.group}/${r.version}`.replace(/^\//, '')) &&
        ['create', 'get', 'delete'].every((verb) => r.verbs.includes(verb)) &&
        discovery.preferred(r.group) === r.version,
    );
    const keys = served.map((r) => `${r.group === '' ? '' : `${r.group}/`}${r.version}/${r.kind}`).toSorted();
    expect(keys).toEqual([...Object.keys(KINDS), ...OF_KUBELETS].toSorted());
  });

  test('is applied, gated, validated and rolled back, and nothing is left', async () => {
    kubectl(['create', 'namespace', stage.namespace]);
    const volume = `pv-${stage.namespace}`;
    kubectl(['create', '-f', '-'], volumeOf(volume));
    const agent = await stage.agent({ approve: 'approve' });
    await throughGate0(agent, Object.keys(KINDS));
    const filesOf = (keys: readonly string[]) =>
      Object.fromEntries(keys.map((key) => [`${key.replaceAll('/', '-')}.yaml`, KINDS[key]?.() ?? '']));
    const ready = Object.keys(KINDS).filter((key) => !NEVER_READY.includes(key));
    const one: PhaseText = {
      files: filesOf(ready),
      criteria: ['ConfigMap/one: create'],
      rollback: ['undo', 'keep PersistentVolumeClaim/data: a person decides about data'],
    };
    const two: PhaseText = {
      files: filesOf(NEVER_READY),
      criteria: ['HorizontalPodAutoscaler/web: create'],
      more: { timeout: '5s' },
    };
    const actions = async (phase_number: number) =>
      new Set(((await applied(agent, phase_number)).value.resources as { action: string }[]).map((r) => r.action));
    await approved(agent, planText(stage, [one]));
    expect(await actions(1)).toEqual(new Set(['created']));
    await gatePasses(agent, 1);
    const validation = await agent.call('run-validation');
    expect(validation.value.status, validation.text).toBe('PASS');
    expect(await actions(1)).toEqual(new Set(['unchanged']));
    await gatePasses(agent, 1);
    await approved(agent, planText(stage, [one, two]));
    expect(await actions(2)).toEqual(new Set(['created']));
    const { checks } = await gateFails(agent, 2);
    expect(checks.filter((c) => c.status !== 'PASS' && !c.check.startsWith('ready: '))).toEqual([]);
    const first = await agent.call('rollback-phase', { phase_number: 2, execute: true });
    expect(first.value.removed, first.text).toHaveLength(NEVER_READY.length);
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value, back.text).toMatchObject({ status: 'ROLLED_BACK', restored: [], recreated: [], lost: [] });
    expect(back.value.removed, back.text).toHaveLength(ready.length - 1);
    kubectl(['delete', 'pv', volume, '--wait=false']);
  }, 300_000);
});

const volumeOf = (name: string) => `apiVersion: v1
kind: PersistentVolume
metadata: { name: ${name} }
spec:
  accessModes: [ReadWriteOnce]
  capacity: { storage: 1Mi }
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  hostPath: { path: /tmp/${name} }
  claimRef: { namespace: ${stage.namespace}, name: data }
`;

describe('a Job', () => {
  const uids = () =>
    kubectl([
      'get',
      'events',
      '-o',
      'jsonpath={range .items[?(@.involvedObject.kind=="Job")]}{.involvedObject.uid}{"\\n"}{end}',
    ]);
  const phase = (more: string, rest: Partial<PhaseText> = {}): PhaseText => ({
    files: { 'migrate.yaml': job('migrate', more) },
    criteria: ['Job/migrate completes'],
    ...rest,
  });

  test('that its TTL removes is done on the record: applied again it does not run again, and gates go on passing', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await throughGate0(agent, ['batch/v1/Job', 'v1/Pod', 'v1/ConfigMap']);
    const plan = (more: string) =>
      planText(stage, [phase(more), { files: { 'one.yaml': configMap('one') }, criteria: ['ConfigMap/one: create'] }]);
    await approved(agent, plan('ttlSecondsAfterFinished: 1,'));
    await applied(agent, 1);
    await expect.poll(() => kubectl(['get', 'jobs', '-o', 'name']), { timeout: 30_000 }).toBe('');
    const again = await applied(agent, 1);
    expect(again.value.resources, again.text).toEqual([{ ref: 'Job/migrate', action: 'done', changes: [] }]);
    await gatePasses(agent, 1);
    await applied(agent, 2);
    await gatePasses(agent, 2);
    const validation = await agent.call('run-validation');
    expect(validation.value.status, validation.text).toBe('PASS');
    expect(new Set(uids().trim().split('\n')).size).toBe(1);
    for (const n of [2, 1]) {
      const back = await agent.call('rollback-phase', { phase_number: n, execute: true });
      expect(back.value.status, back.text).toBe('ROLLED_BACK');
    }
    await applied(agent, 1);
    await gatePasses(agent, 1);
    expect(new Set(uids().trim().split('\n')).size).toBe(2);
  }, 300_000);

  test('that was deleted by someone is not run again by itself, and one whose manifest changed is', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await throughGate0(agent, ['batch/v1/Job', 'v1/Pod', 'v1/ConfigMap']);
    await approved(agent, planText(stage, [phase('')]));
    await applied(agent, 1);
    await gatePasses(agent, 1);
    kubectl(['delete', 'job', 'migrate']);
    const refused = await agent.call('apply-phase', { phase_number: 1 });
    expect(refused.value, refused.text).toMatchObject({ status: 'FAILED', failure: { reason: 'Deleted' } });
    expect((await gateFails(agent, 1)).open.join()).toContain('Job/migrate: Deleted');
    expect(kubectl(['get', 'jobs', '-o', 'name'])).toBe('');
    await approved(agent, planText(stage, [phase('', { files: { 'migrate.yaml': job('migrate', '', 'date') } })]));
    await applied(agent, 1);
    await gatePasses(agent, 1);
  }, 300_000);

  test('that failed and was removed by its TTL runs again only after a rollback or with another manifest', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await throughGate0(agent, ['batch/v1/Job', 'v1/Pod', 'v1/ConfigMap']);
    const late = (seconds: number) => {
      const more = `activeDeadlineSeconds: ${seconds}, ttlSecondsAfterFinished: 1,`;
      return phase('', { files: { 'migrate.yaml': job('migrate', more, 'sleep') }, more: { timeout: '10s' } });
    };
    const apply = async () => {
      for (;;) {
        const answer = await agent.call('apply-phase', { phase_number: 1 });
        if (answer.value.status !== 'RUNNING') return answer;
      }
    };
    const isGone = () =>
      expect.poll(() => kubectl(['get', 'jobs', '-o', 'name']), { timeout: 100_000, interval: 500 }).toBe('');
    const haveRun = (jobs: number) =>
      expect.poll(() => new Set(uids().trim().split('\n')).size, { timeout: 60_000, interval: 500 }).toBe(jobs);
    await approved(agent, planText(stage, [late(1)]));
    await apply();
    await isGone();
    const again = await apply();
    expect(again.value, again.text).toMatchObject({ status: 'FAILED', failure: { reason: 'DeadlineExceeded' } });
    expect((await gateFails(agent, 1)).open.join()).toContain('DeadlineExceeded');
    await haveRun(1);
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.value.status, back.text).toBe('ROLLED_BACK');
    await apply();
    await haveRun(2);
    await isGone();
    await approved(agent, planText(stage, [late(2)]));
    await apply();
    await haveRun(3);
  }, 400_000);
});
