import { expect, test } from 'vitest';
import { knowledgeOf } from '../../src/apply/index.ts';
import { readiness } from '../../src/objects/index.ts';
import { ASSUMPTION, begun, configMap, pod } from '../support/story.ts';
import { reach, value } from './io/sandbox.ts';
import { applied, approved, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

setTheStage('readings');

/** As monitors, routes and policies of many operators: no controller ever writes a status on them. */
const definition = (kind: string, status = '') => {
  const name = kind.toLowerCase();
  const open = 'type: object, x-kubernetes-preserve-unknown-fields: true';
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${name}s.readings.example.org }
spec:
  group: readings.example.org
  scope: Namespaced
  names: { plural: ${name}s, singular: ${name}, kind: ${kind}, listKind: ${kind}List }
  versions:
    - name: v1
      served: true
      storage: true
      ${status === '' ? '' : 'subresources: { status: {} }'}
      schema:
        openAPIV3Schema:
          type: object
          properties: { spec: { ${open} }${status === '' ? '' : `, ${status}: { ${open} }`} }
`;
};
const monitor = `apiVersion: readings.example.org/v1
kind: Monitor
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } } }
`;
const storageClass = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: late }
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
`;
const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], storageClassName: late, resources: { requests: { storage: 1Mi } } }
`;
const cronJob = () => `apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: "0 3 * * *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: main, image: "${image}", command: [sleep, "1"] }]
`;

/** Its rules are filled in by the controller, from what carries the label. */
const aggregated = () => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${stage.namespace}-all }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part-of: ${stage.namespace} } }] }
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${stage.namespace}-part, labels: { part-of: ${stage.namespace} } }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]
`;

type Advice = { readonly tool?: string; readonly arguments?: Record<string, unknown> };

test('what rightly stays as it is goes through bullet, phase, gate, validation and rollback: a kind without a status, an aggregated ClusterRole, a claim before its consumer, a suspended CronJob', async () => {
  kubectl(['create', 'namespace', stage.namespace]);
  kubectl(['apply', '-f', '-'], `${definition('Monitor')}---\n${storageClass}`);
  kubectl(['wait', '--for=condition=Established', 'crd/monitors.readings.example.org']);
  const agent = await stage.agent({ approve: 'approve' });
  const apis = [
    'v1/Pod',
    'v1/ConfigMap',
    'v1/PersistentVolumeClaim',
    'batch/v1/CronJob',
    'readings.example.org/v1/Monitor',
    'rbac.authorization.k8s.io/v1/ClusterRole',
  ];
  await begun(agent, stage, { apis, image, assumption: ASSUMPTION });
  await agent.call('cluster-reality-check', {});
  const minimal_spec = pod(image);
  const success_criteria = 'Pod reaches Running state';
  await agent.call('tracer-bullet', { assumption: ASSUMPTION, minimal_spec, success_criteria, timeout: '60s' });
  // The criteria are about a ConfigMap: what is tried must be ready by its own reading.
  const plan = planText(stage, [
    {
      files: { 'monitor.yaml': monitor, 'roles.yaml': aggregated(), 'one.yaml': configMap('one') },
      criteria: ['ConfigMap/one: create'],
    },
    {
      files: { 'claim.yaml': claim, 'nightly.yaml': cronJob(), 'two.yaml': configMap('two') },
      criteria: ['ConfigMap/two: create'],
      rollback: ['undo', 'keep PersistentVolumeClaim/data: a person decides about data'],
    },
  ]);
  const submitted = await agent.call('submit-plan', { plan });
  expect(submitted.value.status, submitted.text).toBe('VALID');

  // What the gate advises for a kind that no bullet has tried is taken as it stands, and proves that it is accepted.
  const next = (submitted.value.next ?? []) as Advice[];
  const advised = next.find(({ tool }) => tool === 'tracer-bullet')?.arguments;
  expect(String(advised?.minimal_spec), submitted.text).toContain('kind: Monitor');
  const bullet = await agent.call('tracer-bullet', { ...advised, timeout: '20s' });
  expect(bullet.value.status, bullet.text).toBe('PASS');

  await agent.call('cluster-reality-check', { configuration_requirements: ['StorageClass/late'] });
  await approved(agent, plan);
  for (const phase of [1, 2]) {
    await applied(agent, phase);
    await gatePasses(agent, phase);
  }
  const validated = await agent.call('run-validation');
  expect(validated.value.status, validated.text).toBe('PASS');
  const role = () => kubectl(['get', 'clusterrole', `${stage.namespace}-all`, '-o', 'jsonpath={.rules[*].resources}']);
  expect(role()).toContain('configmaps');

  for (const phase_number of [2, 1]) {
    const back = await agent.call('rollback-phase', { phase_number, execute: true });
    expect(back.value.status, back.text).toBe('ROLLED_BACK');
  }
  expect(role).toThrow('NotFound');
  const left = kubectl(['get', 'monitor,cronjob,configmap,pvc', '-o', 'name']).trim().split('\n');
  expect(left.filter((name) => !name.includes('kube-root-ca'))).toEqual(['persistentvolumeclaim/data']);
}, 300_000);

test('of a kind that declares a status, the others in the cluster show whether it gets one', async () => {
  kubectl(['create', 'namespace', stage.namespace]);
  kubectl(['apply', '-f', '-'], definition('Silent', 'status'));
  kubectl(['wait', '--for=condition=Established', 'crd/silents.readings.example.org']);
  const silent = (name: string) => monitor.replace('Monitor', 'Silent').replace('web', name);
  kubectl(['apply', '-f', '-'], silent('old'));
  const cluster = await reach(sandbox.kubeconfig);
  try {
    const address = { apiVersion: 'readings.example.org/v1', kind: 'Silent', namespace: stage.namespace, name: 'old' };
    const old = value(await cluster.reader.get(address));
    // Made a minute after the other.
    const later = new Date(Date.parse(old.metadata.creationTimestamp ?? '') + 60_000).toISOString();
    const own = { ...old, metadata: { ...old.metadata, name: 'new', uid: 'u-new', creationTimestamp: later } };
    const read = async () => {
      const known = await knowledgeOf(cluster.reader, [address]);
      const { status, reason } = readiness(own, known(own));
      return `${status} ${reason}`;
    };
    expect(await read()).toBe('ready AcceptedWithoutStatus');
    kubectl(['patch', 'silent', 'old', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Ready"}}']);
    expect(await read()).toBe('waiting NoStatus');
  } finally {
    cluster.close();
  }
});
