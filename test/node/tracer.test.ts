import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/cluster/index.ts';
import { value } from '../cluster/io/sandbox.ts';
import { startRegistry } from '../support/registry.ts';
import { cluster, onKubelet, sandbox } from './support/kubelet.ts';
import { shootAt } from './support/shot.ts';

/** Bullets on a real kubelet: containers start, crash and are refused for real. */
onKubelet('on a kubelet', { file: 'tracer' }, () => {
  const busybox = () => `${sandbox.registry}/busybox:1`;
  const shoot = (
    spec: string,
    criterion: string,
    timeout: string,
    prepare: (namespace: string) => KubeObject[] = () => [],
  ) => shootAt({ spec, criterion, timeout, prepare });

  const pod = (rest: string, more = '') => `apiVersion: v1
kind: Pod
metadata: {name: try}
spec:
  ${more}
  containers: [{name: c, ${rest}}]
`;
  const ours = () => `image: "${busybox()}"`;
  const sleeps = 'command: [sh, -c, "echo started; sleep 600"]';
  const RUNNING = 'Pod reaches Running state';

  test('a container that runs passes, with its log as evidence', async () => {
    const shot = await shoot(pod(`${ours()}, ${sleeps}`), RUNNING, '60s');
    expect(shot, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect(Number(Object(shot).duration_ms)).toBeLessThan(20_000);
  }, 120_000);

  test("a tag that is not there fails at once, with the registry's words", async () => {
    const shot = await shoot(pod(`image: "${sandbox.registry}/busybox:nope", ${sleeps}`), RUNNING, '120s');
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'ImagePull' } });
    expect(shot.text).toMatch(/busybox:nope/);
    expect(Number(Object(shot).duration_ms)).toBeLessThan(30_000);
  }, 180_000);

  test('a registry that wants credentials fails at once, and says so', async () => {
    const locked = await startRegistry({ auth: 'basic', users: { someone: 'something' } });
    const shot = await shoot(pod(`image: "${locked.address}/busybox:1", ${sleeps}`), RUNNING, '120s');
    await locked.stop();
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'ImagePull' } });
    expect(shot.text).toMatch(/auth|denied|credential/i);
    expect(Number(Object(shot).duration_ms)).toBeLessThan(30_000);
  }, 180_000);

  test('a crash loop fails with the exit code, and the log of the life before is kept', async () => {
    const shot = await shoot(
      pod(`${ours()}, command: [sh, -c, "echo the database is missing; exit 3"]`),
      'Pod is Ready',
      '120s',
    );
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Crash' } });
    expect(shot.text).toMatch(/3/);
    expect(JSON.stringify(shot.body.logs)).toContain('the database is missing');
    expect(Number(Object(shot).duration_ms)).toBeLessThan(90_000);
  }, 180_000);

  test('a container that needs more memory than its limit fails as OOMKilled', async () => {
    const eats =
      'command: [sh, -c, "x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done"], resources: {limits: {memory: 16Mi}}';
    const shot = await shoot(pod(`${ours()}, ${eats}`), 'Pod is Ready', '120s');
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Crash', reason: 'OOMKilled' } });
  }, 180_000);

  test("a Pod that fits no node fails with the scheduler's words", async () => {
    const shot = await shoot(pod(`${ours()}, ${sleeps}`, 'nodeSelector: {disk: nowhere}'), RUNNING, '120s');
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Scheduling', reason: 'Unschedulable' } });
    expect(shot.text).toMatch(/node affinity|node\(s\)/);
    expect(Number(Object(shot).duration_ms)).toBeLessThan(60_000);
  }, 180_000);

  test('a claim that nothing provides is Storage, not just a Pod that waits', async () => {
    const claim = `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: none-such, resources: {requests: {storage: 1Mi}}}
`;
    const mounts = `${ours()}, ${sleeps}, volumeMounts: [{name: d, mountPath: /d}]`;
    const shot = await shoot(
      pod(mounts, 'volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]') + claim,
      RUNNING,
      '120s',
    );
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Storage' } });
    expect(Number(Object(shot).duration_ms)).toBeLessThan(90_000);
  }, 180_000);

  const withClaim = (storage: string) => `${pod(
    `${ours()}, command: [sh, -c, "echo kept > /d/it; cat /d/it; sleep 600"], volumeMounts: [{name: d, mountPath: /d}]`,
    'volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]',
  )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], ${storage}}
`;
  const gib = 'resources: {requests: {storage: 1Gi}}';
  const volumes = async () => value(await cluster.reader.list({ apiVersion: 'v1', kind: 'PersistentVolume' })).items;
  const folders = () => readdirSync(join(sandbox.dir, 'volumes'));

  test('a claim of the default class holds a volume that is written to, and that goes with the bullet', async () => {
    const shot = await shoot(withClaim(gib), RUNNING, '60s');
    expect(shot, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect(JSON.stringify(shot.body.logs)).toContain('kept');
    expect(Object(Object(shot).cleanup).deleted).toContainEqual(expect.stringMatching(/^PersistentVolume\/pvc-/));
    expect(await volumes()).toEqual([]);
    expect(folders()).toEqual([]);
  }, 120_000);

  test('so does the volume of a class that keeps volumes: this one was made for the bullet', async () => {
    const standard = value(
      await cluster.reader.get({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'standard' }),
    );
    const keeps = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'keeps' };
    const { provisioner } = Object(standard);
    const { name, ...kind } = keeps;
    value(
      await cluster
        .writer()
        .create({ ...kind, metadata: { name }, provisioner, reclaimPolicy: 'Retain' } as KubeObject),
    );
    const shot = await shoot(withClaim(`storageClassName: keeps, ${gib}`), RUNNING, '60s');
    await cluster.writer().delete(keeps);
    expect(shot, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect(await volumes()).toEqual([]);
    expect(folders()).toEqual([]);
  }, 120_000);

  test('a claim that its provisioner refuses is Storage, in its words', async () => {
    const shot = await shoot(withClaim('resources: {requests: {storage: 900Ti}}'), RUNNING, '120s');
    expect(shot, shot.text).toMatchObject({
      status: 'FAIL',
      failure: { type: 'Storage', reason: 'ProvisioningFailed' },
    });
    expect(shot.text).toContain('900Ti asked for');
    expect(Number(Object(shot).duration_ms)).toBeLessThan(60_000);
  }, 180_000);

  const deployment = () => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, ${ours()}, ${sleeps}}]}
`;

  test("a quota that stops a Deployment's Pods is named, with the arithmetic", async () => {
    const shot = await shoot(deployment(), 'Deployment is Available', '120s', (namespace) => [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small', namespace },
        spec: { hard: { pods: '0' } },
      },
    ]);
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Quota', reason: 'ExceededQuota' } });
    expect(shot.text).toMatch(/quota small/);
    expect(Number(Object(shot).duration_ms)).toBeLessThan(30_000);
  }, 180_000);

  test('PodSecurity refuses the Pod of a Deployment: Admission', async () => {
    const shot = await shoot(deployment(), 'Deployment is Available', '120s', (namespace) => [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      },
    ]);
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Admission', reason: 'PodSecurity' } });
  }, 180_000);

  test('an operator that only complains in its log is Missing, with that line', async () => {
    const group = `shy${process.pid}.example.com`;
    const writer = cluster.writer();
    const rbac = 'rbac.authorization.k8s.io/v1';
    const shy: KubeObject[] = [
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `databases.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'databases', singular: 'database', kind: 'Database' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              subresources: { status: {} },
              schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          ],
        },
      },
      {
        apiVersion: rbac,
        kind: 'ClusterRole',
        metadata: { name: group },
        rules: [{ apiGroups: [group], resources: ['databases'], verbs: ['get', 'list', 'watch'] }],
      },
      {
        apiVersion: rbac,
        kind: 'ClusterRoleBinding',
        metadata: { name: group },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: group },
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'shy-operator', namespace: 'default' },
        spec: {
          containers: [
            {
              name: 'c',
              image: busybox(),
              command: ['sh', '-c', 'echo "ERROR invalid architecture: amd64"; sleep 600'],
            },
          ],
        },
      },
    ];
    for (const object of shy) value(await writer.create(object));
    await expect
      .poll(
        async () =>
          (await cluster.reader.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'shy-operator' }))
            .ok &&
          (await cluster.reader.logs({ namespace: 'default', pod: 'shy-operator' })).ok &&
          (await cluster.reader.discovery({ fresh: true })).ok,
        { timeout: 30_000 },
      )
      .toBe(true);
    await new Promise((r) => setTimeout(r, 3000));
    const spec = `apiVersion: ${group}/v1\nkind: Database\nmetadata: {name: db}\nspec: {size: 1}\n`;
    const shot = await shoot(spec, 'Database reaches Ready state', '20s');
    for (const { apiVersion, kind, metadata } of [...shy].reverse()) {
      const { name = '', namespace } = metadata;
      await writer.delete(
        { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) },
        { gracePeriodSeconds: 1 },
      );
    }
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Missing', reason: 'OperatorSilent' } });
    expect(shot.text).toContain('invalid architecture: amd64');
  }, 180_000);

  test('an init container that fails ends it, with its name and its log', async () => {
    const more = `restartPolicy: Never
  initContainers: [{name: migrate, ${ours()}, command: [sh, -c, "echo no such table; exit 4"]}]`;
    const shot = await shoot(pod(`${ours()}, ${sleeps}`, more), RUNNING, '120s');
    expect(shot, shot.text).toMatchObject({ status: 'FAIL', failure: { type: 'Crash' } });
    expect(shot.text).toMatch(/migrate/);
    expect(JSON.stringify(shot.body.logs)).toContain('no such table');
  }, 180_000);
});
