import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster, Writer } from '../../src/cluster/index.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { killApiServer } from './io/api-server.ts';
import { type FaultProxy, faultProxy } from './io/fault-proxy.ts';
import { ownSandbox, reach, value } from './io/sandbox.ts';
import { leftIn, type Range, shootingRange } from './support/tracer.ts';

let sandbox: Sandbox;
let cluster: Cluster;
let writer: Writer;
let end = async () => {};
const NS = `faults-${process.pid}`;

beforeAll(async () => {
  ({ sandbox, end } = await ownSandbox('shot-faults', { crds: ['cnpg'] }));
  cluster = await reach(sandbox.kubeconfig);
  writer = cluster.writer();
});

afterAll(async () => {
  await writer?.delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  cluster?.close();
  await end();
});

const pod = () => `apiVersion: v1
kind: Pod
metadata: {name: try}
spec: {containers: [{name: c, image: "${sandbox.registry}/busybox:1"}]}
`;
const deployment = () => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "${sandbox.registry}/busybox:1"}]}
`;
const bell = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bell}\ndata: {rung: "no"}\n';
const RUNG = 'jsonpath={.data.rung}=yes';

const range = (over: Sandbox = sandbox) =>
  shootingRange(over, cluster, NS, [
    { name: 'it runs', about: ['api:v1/Pod'] },
    { name: 'it rolls out', about: ['api:apps/v1/Deployment'] },
    { name: 'it rings', about: ['api:v1/ConfigMap'] },
    { name: 'it reconciles', about: ['api:postgresql.cnpg.io/v1/Cluster'] },
  ]);

const shotAtPod = (fired: Range) =>
  fired.fire({
    assumption: 'it runs',
    minimal_spec: pod(),
    success_criteria: 'Pod reaches Running state',
    timeout: '60s',
    wait: '120s',
  });

async function ring() {
  const [name] = (await leftIn(cluster, NS)).filter((o) => o.startsWith('ConfigMap/'));
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: NS, name: name?.split('/')[1] ?? '' };
  value(await writer.patch(ref, { data: { rung: 'yes' } }, 'merge'));
}

/** Nothing of it is left, in the cluster and on record. */
async function clean(fired: Range) {
  expect(await leftIn(cluster, NS)).toEqual([]);
  expect((await fired.deployment()).placements.filter((p) => p.state !== 'gone')).toEqual([]);
}

describe('a bad day at the API server', () => {
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = await faultProxy(sandbox.kubeconfig);
  });
  afterAll(() => proxy?.close());

  test('500s, 429 with Retry-After, lost lines and a watch that fell behind: the right verdict, and no leak', async () => {
    let n = 0;
    proxy.rule = ({ method, url }) => {
      n += 1;
      if (method === 'POST' && !url.includes('dryRun') && n % 2 === 0)
        return { answer: 429, headers: { 'retry-after': '0' } };
      if (method === 'GET' && url.includes('watch=') && n % 5 === 0)
        return { answer: 410, body: '{"kind":"Status","code":410,"reason":"Expired"}' };
      if (method === 'GET' && n % 4 === 0) return n % 8 === 0 ? 'reset' : { answer: 500 };
      return undefined;
    };
    const cut = setInterval(() => proxy.cut(), 400);
    const fired = await range({ ...sandbox, kubeconfig: proxy.kubeconfig });
    const shot = await shotAtPod(fired);
    clearInterval(cut);
    proxy.rule = () => undefined;
    expect(shot.structured, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    await clean(fired);
    await fired.close();
  });

  test('an answer to a create that gets lost: what was created all the same is found and taken out', async () => {
    let lost = 0;
    proxy.rule = ({ method, url }) => {
      if (method !== 'POST' || url.includes('dryRun') || !url.includes('/pods') || lost > 0) return undefined;
      lost += 1;
      setTimeout(() => proxy.cut(), 120);
      return undefined;
    };
    const fired = await range({ ...sandbox, kubeconfig: proxy.kubeconfig });
    const shot = await shotAtPod(fired);
    expect(lost, shot.text).toBe(1);
    await clean(fired);
    await fired.close();
  });

  test('the Pods are heard of later than that their Deployment is available: they are part of what decides', async () => {
    let [created, held] = [false, 0];
    proxy.rule = ({ method, url }) => {
      if (method === 'POST' && url.includes('/deployments') && !url.includes('dryRun')) created = true;
      if (!created || held > 0 || method !== 'GET' || !/\/pods\?(?!.*watch=)/.test(url)) return undefined;
      held += 1;
      return 'hang';
    };
    const fired = await range({ ...sandbox, kubeconfig: proxy.kubeconfig });
    const shot = await fired.fire({
      assumption: 'it rolls out',
      minimal_spec: deployment(),
      success_criteria: 'Deployment is Available',
      timeout: '60s',
      wait: '120s',
    });
    proxy.rule = () => undefined;
    expect(held, shot.text).toBe(1);
    expect(shot.structured, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    const body = await fired.engine.evidence(Object(shot.structured.evidence).id);
    const kinds = JSON.parse(body?.text ?? '{}').objects.map((o: { kind: string }) => o.kind);
    expect(kinds.sort()).toEqual(['Deployment', 'Pod', 'ReplicaSet']);
    await clean(fired);
    await fired.close();
  });
});

test('the API server dies and comes back during a shot: the run goes on and is decided', async () => {
  const fired = await range();
  const input = { assumption: 'it rings', minimal_spec: bell, success_criteria: RUNG, timeout: '90s' };
  expect((await fired.fire({ ...input, wait: '1500ms' })).structured.status).toBe('RUNNING');
  const restart = await killApiServer(sandbox);
  await sleep(2000);
  restart();
  await expect.poll(async () => (await cluster.reader.version()).ok, { timeout: 40_000 }).toBe(true);
  await ring();
  const shot = await fired.fire({ ...input, wait: '60s' });
  expect(shot.structured, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
  await clean(fired);
  await fired.close();
}, 180_000);

test('it stays away past the time limit: UNKNOWN, no blocker; once it is back, nothing is left', async () => {
  const fired = await range();
  const input = { assumption: 'it rings', minimal_spec: bell, success_criteria: RUNG, timeout: '5s' };
  expect((await fired.fire({ ...input, wait: '1500ms' })).structured.status).toBe('RUNNING');
  const restart = await killApiServer(sandbox);
  setTimeout(restart, 20_000);
  const shot = await fired.fire({ ...input, wait: '150s' });
  expect(shot.structured, shot.text).toMatchObject({ status: 'UNKNOWN', reason: 'ClusterUnreachable' });
  expect((await fired.deployment()).blockers).toEqual([]);
  await expect.poll(async () => (await cluster.reader.version()).ok, { timeout: 40_000 }).toBe(true);
  await fired.fire({ assumption: 'it rings', minimal_spec: bell, success_criteria: 'create' });
  await clean(fired);
  await fired.close();
}, 240_000);

describe('a custom resource', () => {
  const database =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: db}\nspec: {instances: 1, storage: {size: 1Gi}}\n';
  const input = {
    assumption: 'it reconciles',
    minimal_spec: database,
    success_criteria: 'Cluster reaches Ready state',
  };

  test('whose operator never looks at it fails as Missing, before the time is up', async () => {
    const fired = await range();
    const shot = await fired.fire({ ...input, timeout: '15s' });
    expect(shot.structured, shot.text).toMatchObject({
      status: 'FAIL',
      failure: { type: 'Missing', reason: 'OperatorSilent' },
    });
    expect(Number(shot.structured.duration_ms)).toBeLessThan(12_000);
    await clean(fired);
    await fired.close();
  });

  test('passes on what its operator writes (here: the test in its place), and shows its API', async () => {
    const fired = await range();
    const first = await fired.fire({ ...input, timeout: '60s', wait: '1500ms' });
    expect(first.structured, first.text).toMatchObject({ status: 'RUNNING' });
    const listed = value(
      await cluster.reader.list({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' }, { namespace: NS }),
    );
    const name = listed.items[0]?.metadata.name ?? '';
    const ref = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: NS, name };
    const now = new Date().toISOString();
    const status = {
      phase: 'Cluster in healthy state',
      instances: 1,
      readyInstances: 1,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'ClusterIsReady',
          message: 'Cluster is Ready',
          lastTransitionTime: now,
        },
      ],
    };
    value(await writer.patch(ref, { status }, 'merge', { subresource: 'status' }));
    const written = Date.now();
    const shot = await fired.fire({ ...input, timeout: '60s', wait: '30s' });
    expect(shot.structured, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect(Date.parse(String(shot.structured.ready_at)) - written).toBeLessThan(250);
    const d = await fired.deployment();
    expect(d.observations.get('api:postgresql.cnpg.io/v1/Cluster')?.at(-1)).toMatchObject({
      via: 'tracer-bullet',
      verdict: { status: 'pass' },
    });
    await clean(fired);
    await fired.close();
  });
});
