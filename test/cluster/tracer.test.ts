import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cluster, Writer } from '../../src/cluster/index.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { audited, ownSandbox, reach, value } from './io/sandbox.ts';
import { ID, leftIn, openChecks, type Range, shootingRange } from './support/tracer.ts';

let sandbox: Sandbox;
let cluster: Cluster;
let writer: Writer;
let end = async () => {};
let range: Range;
let image = '';
const NS = `tracer-${process.pid}`;

beforeAll(async () => {
  const own = await ownSandbox('tracer');
  ({ sandbox } = own);
  end = own.end;
  cluster = await reach(sandbox.kubeconfig);
  writer = cluster.writer();
  image = `${sandbox.registry}/busybox:1`;
  range = await shootingRange(sandbox, cluster, NS, [
    { name: 'the image runs', about: [`image:${image}`] },
    { name: 'deployments roll out', about: ['api:apps/v1/Deployment', `image:${image}`] },
    { name: 'pods are accepted', about: ['api:v1/Pod'] },
    { name: 'claims are bound', about: ['api:v1/PersistentVolumeClaim'] },
  ]);
});

afterAll(async () => {
  await range?.close();
  await writer?.delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  cluster?.close();
  await end();
});

const pod = (more = '', name = 'try') => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  containers:
    - name: c
      image: ${image}
${more}`;
const podObject = () => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'asked' },
  spec: { containers: [{ name: 'c', image }] },
});
const volume = { apiVersion: 'v1', kind: 'PersistentVolume', name: `${NS}-kept` };
const withClaim = () => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: ${NS}, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
${pod()}      volumeMounts: [{name: d, mountPath: /d}]
  volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
`;
const bind = async (user: string, role: string) =>
  value(
    await writer.apply(
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: `${user}-${role}`, namespace: NS },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
      },
      { force: true },
    ),
  );
const RUNNING = { success_criteria: 'Pod reaches Running state', timeout: '30s' };
const structured = (p: { structured: Record<string, unknown> }) => p.structured;
const refusal = (p: { structured: Record<string, unknown> }) => p.structured.refusal;

describe('a bullet that passes', () => {
  test('is proven, cleaned up, and counts at Gate 0 for exactly its assumption', async () => {
    const shot = await range.fire({ assumption: 'the image runs', minimal_spec: pod(), ...RUNNING });
    expect(structured(shot), shot.text).toMatchObject({
      status: 'PASS',
      cleanup: { verified: true, remaining: [] },
      criteria: [{ text: 'Pod reaches Running state', holds: true }],
    });
    expect(await leftIn(cluster, NS)).toEqual([]);
    const d = await range.deployment();
    expect(d.observations.get('assumption:the image runs')?.at(-1)).toMatchObject({
      verdict: { status: 'pass' },
      via: 'tracer-bullet',
      about: [`image:${image}`],
    });
    expect(d.observations.get(`image:${image}`)?.at(-1)).toMatchObject({
      via: 'tracer-bullet',
      verdict: { status: 'pass' },
    });
    expect(d.placements.map((p) => [p.purpose, p.state])).toEqual([['tracer', 'gone']]);
    expect(openChecks(d, '0')).toEqual(['critical-assumptions-proven']);
  });

  test('keeps the evidence: the objects, the events of the whole tree, what was sent', async () => {
    const shot = await range.fire({
      assumption: 'deployments roll out',
      minimal_spec: `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: ${image}, env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: password}}}]}]}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: hunter-two}
`,
      success_criteria: ['Deployment is Available'],
      timeout: '30s',
    });
    expect(structured(shot), shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    const { evidence } = structured(shot);
    const id = Object(evidence).id;
    const body = await range.engine.evidence(id);
    const kept = JSON.parse(body?.text ?? '{}');
    expect(kept.objects.map((o: { kind: string }) => o.kind).sort()).toEqual([
      'Deployment',
      'Pod',
      'Pod',
      'ReplicaSet',
      'Secret',
    ]);
    expect(kept.events.map((e: { reason: string }) => e.reason)).toContain('ScalingReplicaSet');
    expect(body?.text).not.toContain('hunter-two');
    expect(body?.text).not.toContain(Buffer.from('hunter-two').toString('base64'));
    expect(shot.text).not.toContain('hunter-two');
  });

  test('cleanup: false keeps the objects, says so, and the gate takes it', async () => {
    const shot = await range.fire({
      assumption: 'pods are accepted',
      minimal_spec: pod('', 'kept'),
      ...RUNNING,
      cleanup: false,
    });
    expect(structured(shot)).toMatchObject({ status: 'PASS', cleanup: { kept: true } });
    expect(await leftIn(cluster, NS)).toHaveLength(1);
    expect(openChecks(await range.deployment(), '0')).not.toContain('clean-up-verified');
    value(
      await writer.delete({
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: NS,
        name: (await leftIn(cluster, NS))[0]?.split('/')[1] ?? '',
      }),
    );
  });
});

describe('a bullet that fails', () => {
  test('is a verdict with type, reason and action, opens a blocker, and closes Gate R until there is newer evidence', async () => {
    const missing = `${sandbox.registry}/busybox:no-such-tag`;
    const failing = await shootingRange(sandbox, cluster, NS, [{ name: 'it runs', about: ['api:v1/Pod'] }]);
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: NS },
      spec: { hard: { pods: '0' } },
    };
    value(await writer.create(quota));
    await new Promise((r) => setTimeout(r, 500));
    const shot = await failing.fire({ assumption: 'it runs', minimal_spec: pod(), ...RUNNING });
    await writer.delete({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: NS, name: 'none' });
    expect(structured(shot), `${missing} ${shot.text}`).toMatchObject({
      status: 'FAIL',
      failure: { type: 'Quota', reason: 'ExceededQuota', message: expect.stringMatching(/exceeded quota none/) },
    });
    const d = await failing.deployment();
    expect(d.blockers).toMatchObject([{ gate: 'R', cause: 'bullet', subjects: ['api:v1/Pod'] }]);
    expect(openChecks(d, 'R')).toEqual(['apis-verified', 'no-research-blocker']);
    const again = await failing.fire({ assumption: 'it runs', minimal_spec: pod(), ...RUNNING });
    expect(refusal(again)).toMatchObject({ code: 'GATE_NOT_PASSED', gate: 'R' });
    await failing.close();
  });

  test('an image policy that refuses it is Admission, with the words of the policy', async () => {
    const policy = 'admissionregistration.k8s.io/v1';
    const ruled = await shootingRange(sandbox, cluster, NS, [{ name: 'it is let in', about: ['api:v1/Pod'] }]);
    value(
      await writer.create({
        apiVersion: policy,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: `registries-${NS}` },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NS } },
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          },
          validations: [
            {
              expression: "object.spec.containers.all(c, !c.name.startsWith('c'))",
              message: 'only from the internal registry',
            },
          ],
        },
      }),
    );
    value(
      await writer.create({
        apiVersion: policy,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: `registries-${NS}` },
        spec: { policyName: `registries-${NS}`, validationActions: ['Deny'] },
      }),
    );
    const input = { assumption: 'it is let in', minimal_spec: pod(), ...RUNNING };
    try {
      await expect
        .poll(async () => (await writer.dryRun(podObject(), { verb: 'create', namespace: NS })).ok, { timeout: 20_000 })
        .toBe(false);
      const shot = await ruled.fire(input);
      expect(structured(shot), shot.text).toMatchObject({
        status: 'FAIL',
        failure: {
          type: 'Admission',
          reason: 'PolicyDenied',
          message: expect.stringMatching(/only from the internal registry/),
        },
        cleanup: { verified: true },
        resources: [],
      });
      expect((await ruled.deployment()).blockers).toHaveLength(1);
    } finally {
      for (const kind of ['ValidatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy']) {
        await writer.delete({ apiVersion: policy, kind, name: `registries-${NS}` });
      }
      await expect
        .poll(async () => (await writer.dryRun(podObject(), { verb: 'create', namespace: NS })).ok, { timeout: 20_000 })
        .toBe(true);
      await ruled.close();
    }
  });

  test('a timeout names what was waited for', async () => {
    const slow = await shootingRange(sandbox, cluster, NS, [
      { name: 'it binds', about: ['api:v1/PersistentVolumeClaim'] },
    ]);
    const shot = await slow.fire({
      assumption: 'it binds',
      minimal_spec: `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: none-such, resources: {requests: {storage: 1Mi}}}
`,
      success_criteria: 'PVC is Bound',
      timeout: '4s',
    });
    expect(structured(shot), shot.text).toMatchObject({ status: 'FAIL', cleanup: { verified: true } });
    expect(Object(structured(shot).failure).type).toMatch(/^(Storage|Timeout)$/);
    expect(await leftIn(cluster, NS)).toEqual([]);
    await slow.close();
  });
});

describe('a bullet whose claim takes a volume that was there before', () => {
  const phase = async () => Object(value(await writer.get(volume)).status).phase;

  beforeEach(async () => {
    value(
      await writer.create({
        apiVersion: volume.apiVersion,
        kind: volume.kind,
        // Provisioned for a claim of someone's that is gone, and freed for another: the data is still in it.
        metadata: { name: volume.name, annotations: { 'pv.kubernetes.io/provisioned-by': 'disks.example.com' } },
        spec: {
          storageClassName: NS,
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          hostPath: { path: `/${NS}` },
          persistentVolumeReclaimPolicy: 'Retain',
        },
      }),
    );
  });
  afterEach(async () => {
    await writer.delete(volume);
    await writer.waitGone(volume, undefined, 10_000);
  });

  test('leaves it as it is, and holds the gate until whoever runs the storage has freed it', async () => {
    const shot = await range.fire({ assumption: 'claims are bound', minimal_spec: withClaim(), ...RUNNING });
    expect(structured(shot), shot.text).toMatchObject({
      status: 'PASS',
      cleanup: {
        verified: false,
        remaining: [{ object: `PersistentVolume/${volume.name}`, why: expect.stringContaining('Retain') }],
      },
    });
    expect(await leftIn(cluster, NS)).toEqual([]);
    expect(openChecks(await range.deployment(), '0')).toContain('clean-up-verified');

    // Another look changes nothing: it is not ours to delete, and neither is its policy ours to change.
    const look = {
      tool: 'cluster-reality-check',
      input: { deployment: ID },
      actor: { kind: 'agent', client: 'test' },
    } as const;
    await range.engine.perform(look);
    expect(openChecks(await range.deployment(), '0')).toContain('clean-up-verified');
    expect(await phase()).toBe('Released');
    expect(value(await writer.get(volume)).spec).toMatchObject({ persistentVolumeReclaimPolicy: 'Retain' });

    value(await writer.patch(volume, { spec: { claimRef: null } }, 'merge'));
    await expect.poll(phase).toBe('Available');
    await range.engine.perform(look);
    expect(openChecks(await range.deployment(), '0')).not.toContain('clean-up-verified');
    expect(await phase()).toBe('Available');
  });

  test('says that it was not looked for, where this identity may not see volumes', async () => {
    await bind('editor', 'edit');
    const own = await shootingRange(
      sandbox,
      cluster,
      NS,
      [{ name: 'claims', about: ['api:v1/PersistentVolumeClaim'] }],
      await reach(sandbox.kubeconfig, sandbox.contexts.editor),
    );
    const shot = await own.fire({ assumption: 'claims', minimal_spec: withClaim(), ...RUNNING });
    await own.close();
    expect(structured(shot), shot.text).toMatchObject({
      status: 'PASS',
      cleanup: { verified: true, not_looked_for: ['PersistentVolume'] },
    });
    expect(await phase()).toBe('Released');
  });
});

describe('a bullet with two kinds of one name', () => {
  test('knows both as its own', async () => {
    const group = `x${process.pid}.example.com`;
    const names = { plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap' };
    const schema = { openAPIV3Schema: { type: 'object' } };
    const versions = [{ name: 'v1', served: true, storage: true, schema }];
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: `configmaps.${group}`,
    };
    const { name, ...type } = crd;
    value(await writer.create({ ...type, metadata: { name }, spec: { group, scope: 'Namespaced', names, versions } }));
    const other = { apiVersion: `${group}/v1`, kind: 'ConfigMap' };
    await expect.poll(async () => (await writer.list(other)).ok, { timeout: 10_000 }).toBe(true);
    const both = ['v1', other.apiVersion].map((v) => `apiVersion: ${v}\nkind: ConfigMap\nmetadata: {name: same}\n`);
    const shot = await range.fire({
      assumption: 'pods are accepted',
      minimal_spec: `${both.join('---\n')}---\n${pod()}`,
      cleanup: false,
      ...RUNNING,
    });
    const { status, resources } = structured(shot);
    expect(status, shot.text).toBe('PASS');
    const refs = (resources as { ref: string }[]).map(({ ref }) => ref);
    for (const [, kind = '', name = ''] of refs.map((ref) => /^v1\/(\w+)\/(.+)$/.exec(ref) ?? [])) {
      if (kind !== '') value(await writer.delete({ apiVersion: 'v1', kind, namespace: NS, name }));
    }
    await expect.poll(() => leftIn(cluster, NS), { timeout: 10_000 }).toEqual([]);
    const placed = refs.map((ref) => ref.replace(/-[0-9a-f]{5}$/, ''));
    expect(placed.sort()).toEqual(['v1/ConfigMap/same', 'v1/Pod/try', `${other.apiVersion}/ConfigMap/same`]);
    // The garbage collector takes half a minute to hear of a new kind: not waited for.
    value(await writer.delete(crd, { propagation: 'Background' }));
  });
});

describe('refused before anything is created', () => {
  const cases: [string, () => Record<string, unknown>, string, RegExp][] = [
    ['an unknown assumption', () => ({ assumption: 'nobody said so' }), 'BAD_INPUT', /assumption: .*Known: a0/],
    [
      'YAML that is none',
      () => ({ minimal_spec: 'kind: Pod\nmetadata: {name: "x}\n' }),
      'BAD_INPUT',
      /minimal_spec: line 3, column 1/,
    ],
    [
      'a ConfigMap for an image',
      () => ({ minimal_spec: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n' }),
      'BAD_INPUT',
      /is about image:/,
    ],
    ['another image', () => ({ minimal_spec: pod().replace('busybox:1', 'other:1') }), 'BAD_INPUT', /is about image:/],
    [
      'a misspelt field',
      () => ({ minimal_spec: pod('      imagePullPolice: Always\n') }),
      'BAD_INPUT',
      /unknown field/,
    ],
    [
      'a criterion nobody understands',
      () => ({ success_criteria: 'it should be nice' }),
      'BAD_INPUT',
      /success_criteria/,
    ],
    ['a time limit of a day', () => ({ timeout: '1440m' }), 'BAD_INPUT', /timeout: at most 300s/],
    ['no time at all', () => ({ timeout: '0s' }), 'BAD_INPUT', /timeout: at least 1s/],
    ['the node itself', () => ({ minimal_spec: pod('  hostNetwork: true\n') }), 'UNSAFE', /HostAccess/],
    [
      'a cluster-scoped object',
      () => ({
        minimal_spec: `${pod()}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\nrules: []\n`,
      }),
      'UNSAFE',
      /ClusterScoped/,
    ],
    [
      'a Role',
      () => ({
        minimal_spec: `${pod()}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: all}\nrules: []\n`,
      }),
      'UNSAFE',
      /KindNotAllowed/,
    ],
  ];
  test.each(cases)('%s', async (_, input, code, message) => {
    const before = (await range.deployment()).blockers.length;
    const shot = await range.fire({ assumption: 'the image runs', minimal_spec: pod(), ...RUNNING, ...input() });
    expect(refusal(shot), shot.text).toMatchObject({ code, message: expect.stringMatching(message) });
    const d = await range.deployment();
    expect(d.blockers).toHaveLength(before);
    expect(d.placements.filter((p) => p.state !== 'gone' && !p.kept)).toEqual([]);
  });

  test('labels that a live Service selects', async () => {
    value(
      await writer.create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'live', namespace: NS },
        spec: { selector: { app: 'live' }, ports: [{ port: 80 }] },
      }),
    );
    const shot = await range.fire({
      assumption: 'the image runs',
      minimal_spec: pod().replace('name: try', 'name: try\n  labels: {app: live}'),
      ...RUNNING,
    });
    expect(refusal(shot), shot.text).toMatchObject({
      code: 'UNSAFE',
      message: expect.stringMatching(/Service\/live.*SelectedByExisting/),
    });
  });

  test('and then the audit log shows no write', async () => {
    const writes = (from: number) =>
      audited(sandbox, 'admin')
        .slice(from)
        .filter(
          (l) =>
            !['get', 'list', 'watch'].includes(l.verb) &&
            !l.requestURI.includes('dryRun=All') &&
            !/review/i.test(l.requestURI),
        );
    const before = audited(sandbox, 'admin').length;
    await range.fire({ assumption: 'the image runs', minimal_spec: pod('  hostPID: true\n'), ...RUNNING });
    expect(writes(before)).toEqual([]);
  });
});

describe('a bullet that takes longer than its call', () => {
  const never = { success_criteria: 'Pod reaches Succeeded state', timeout: '60s' };

  test('answers RUNNING, is taken up again by the same call, and ends with cancel, cleaned up', async () => {
    const input = { assumption: 'the image runs', minimal_spec: pod('', 'long'), ...never };
    const first = await range.fire({ ...input, wait: '1s' });
    expect(structured(first)).toMatchObject({ status: 'RUNNING' });
    const second = await range.fire({ ...input, wait: '100ms' });
    expect(structured(second)).toMatchObject({ status: 'RUNNING', run: structured(first).run });
    const blockers = (await range.deployment()).blockers.length;
    const ended = await range.fire({ ...input, cancel: true });
    expect(structured(ended), ended.text).toMatchObject({ status: 'UNKNOWN', cleanup: { verified: true } });
    expect(await leftIn(cluster, NS)).toEqual([]);
    const d = await range.deployment();
    expect(d.blockers).toHaveLength(blockers);
    expect(d.observations.get('assumption:the image runs')?.every((o) => o.verdict.status === 'pass')).toBe(true);
  });

  test('the server ends: its bullets clean up first', async () => {
    const other = range.another();
    const call = { tool: 'tracer-bullet', actor: { kind: 'agent', client: 'test' } } as const;
    const input = {
      deployment: ID,
      assumption: 'the image runs',
      minimal_spec: pod('', 'ending'),
      ...never,
      wait: '1500ms',
    };
    expect((await other.perform({ ...call, input })).structured.status).toBe('RUNNING');
    expect(await leftIn(cluster, NS)).toHaveLength(1);
    await other.close();
    expect(await leftIn(cluster, NS)).toEqual([]);
  });
});

test('in the proving namespace where there is one, whatever namespace the documents name', async () => {
  const proving = `${NS}-proving`;
  value(await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: proving } }));
  const own = await shootingRange(sandbox, cluster, NS, [{ name: 'it runs', about: ['api:v1/Pod'] }], cluster, proving);
  await expect
    .poll(async () => (await writer.dryRun(podObject(), { verb: 'create', namespace: proving })).ok, {
      timeout: 20_000,
    })
    .toBe(true);
  const shot = await own.fire({
    assumption: 'it runs',
    minimal_spec: pod().replace('name: try', `name: try\n  namespace: ${NS}`),
    ...RUNNING,
  });
  expect(structured(shot), shot.text).toMatchObject({ status: 'PASS', resources: [{ namespace: proving }] });
  expect(openChecks(await own.deployment(), '0')).toEqual([]);
  await own.close();
  await writer.delete({ apiVersion: 'v1', kind: 'Namespace', name: proving });
});

test("what the operator's policy allows is fired", async () => {
  const own = await shootingRange(sandbox, cluster, NS, [{ name: 'it runs', about: ['api:v1/Pod'] }]);
  await writeFile(join(own.home, 'policy.yaml'), 'bullet_allow: [HostAccess]\nbullet_timeout_max: 600s\n');
  const shot = await own.fire({
    assumption: 'it runs',
    minimal_spec: pod('  hostNetwork: true\n'),
    ...RUNNING,
    timeout: '500s',
  });
  expect(structured(shot), shot.text).toMatchObject({ status: 'PASS' });
  await own.close();
});

describe('an identity that may do less', () => {
  test('who may edit the namespace and nothing else fires as well, and cleans up', async () => {
    await bind('editor', 'edit');
    const own = await shootingRange(
      sandbox,
      cluster,
      NS,
      [{ name: 'web', about: ['api:apps/v1/Deployment'] }],
      await reach(sandbox.kubeconfig, sandbox.contexts.editor),
    );
    const web = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {selector: {matchLabels: {app: w}}, template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c, image: "${image}"}]}}}\n`;
    const shot = await own.fire({
      assumption: 'web',
      minimal_spec: web,
      success_criteria: 'Deployment is Available',
      timeout: '30s',
    });
    expect(structured(shot), shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect((await own.deployment()).observations.get('assumption:web')?.at(-1)?.identity).toBe('editor');
    expect(await leftIn(cluster, NS)).toEqual([]);
    await own.close();
  });

  test('who may only look gets Permission, with the verb and the resource', async () => {
    await bind('viewer', 'view');
    const own = await shootingRange(
      sandbox,
      cluster,
      NS,
      [{ name: 'pods', about: ['api:v1/Pod'] }],
      await reach(sandbox.kubeconfig, sandbox.contexts.viewer),
    );
    const shot = await own.fire({ assumption: 'pods', minimal_spec: pod(), ...RUNNING });
    expect(structured(shot), shot.text).toMatchObject({
      status: 'FAIL',
      failure: {
        type: 'Permission',
        reason: 'Forbidden',
        message: expect.stringMatching(/cannot create resource "pods"/),
      },
    });
    await own.close();
  });
});

test('three at once: each is recorded, and the gate fails for the right one', async () => {
  const three = await shootingRange(sandbox, cluster, NS, [
    { name: 'one', about: [`image:${image}`] },
    { name: 'two', about: ['api:v1/PersistentVolumeClaim'] },
    { name: 'three', about: ['api:apps/v1/Deployment'] },
  ]);
  const claim =
    'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\nspec: {accessModes: [ReadWriteOnce], storageClassName: none-such, resources: {requests: {storage: 1Mi}}}\n';
  const web = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {selector: {matchLabels: {app: w}}, template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c, image: "${image}"}]}}}\n`;
  const shots = await Promise.all([
    three.fire({ assumption: 'one', minimal_spec: pod(), ...RUNNING }),
    three.fire({ assumption: 'two', minimal_spec: claim, success_criteria: 'PVC is Bound', timeout: '3s' }),
    three.fire({ assumption: 'three', minimal_spec: web, success_criteria: 'Deployment is Available', timeout: '30s' }),
  ]);
  expect(shots.map((s) => structured(s).status)).toEqual(['PASS', 'FAIL', 'PASS']);
  const d = await three.deployment();
  expect([...d.observations.keys()].filter((k) => k.startsWith('assumption:')).sort()).toEqual([
    'assumption:one',
    'assumption:three',
    'assumption:two',
  ]);
  expect(d.blockers).toMatchObject([{ assumption: 'assumption:two' }]);
  expect(await leftIn(cluster, NS)).toEqual([]);
  await three.close();
});
