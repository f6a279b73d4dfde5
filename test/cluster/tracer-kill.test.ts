import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster, Writer } from '../../src/cluster/index.ts';
import { ownSandbox, reach, value } from './io/sandbox.ts';
import { ID, leftIn, type Range, shootingRange } from './support/tracer.ts';

/** INFRAGATE_KILLS=50 for the whole of it. */
const TIMES = Number(process.env.INFRAGATE_KILLS ?? 8);
/** A shot takes about two seconds from its first line to its last. */
const LONGEST_MS = 2200;

let cluster: Cluster;
let writer: Writer;
let end = async () => {};
let range: Range;
let image = '';
const NS = `kill-${process.pid}`;

beforeAll(async () => {
  const own = await ownSandbox('kill');
  end = own.end;
  cluster = await reach(own.sandbox.kubeconfig);
  writer = cluster.writer();
  image = `${own.sandbox.registry}/busybox:1`;
  range = await shootingRange(own.sandbox, cluster, NS, [
    { name: 'killed', about: ['api:v1/Pod'] },
    { name: 'sibling', about: ['api:v1/Pod'] },
    { name: 'next', about: ['api:v1/Pod'] },
  ]);
});

afterAll(async () => {
  await range?.close();
  await writer?.delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  cluster?.close();
  await end();
});

const CLAIM =
  'volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}]';

/** The sibling's has no claim: nobody provisions one here, which ends a bullet after a while. */
const set = (name: string, claim = name === 'sibling' ? '' : CLAIM) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {containers: [{name: c, image: "${image}"}]}
---
apiVersion: v1
kind: Secret
metadata: {name: ${name}}
stringData: {k: v}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}}
spec:
  serviceName: x
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: "${image}"}]}}
  ${claim}
`;

/** Fires in a process of its own and kills it after so long; true when it was killed before it was done. */
async function killedAfter(ms: number): Promise<boolean> {
  const input = {
    deployment: ID,
    assumption: 'killed',
    minimal_spec: set('killed'),
    success_criteria: 'Pod reaches Running state',
    timeout: '20s',
  };
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'support', 'fire.ts'), range.home, JSON.stringify(input)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  await Promise.race([sleep(ms), ended]);
  const alive = child.exitCode === null;
  child.kill('SIGKILL');
  await ended;
  return alive;
}

/** The sibling's family once its controllers have made all of it: two looks with the same answer. */
async function whole(): Promise<string[]> {
  let before: string[] = [];
  for (;;) {
    const now = (await leftIn(cluster, NS)).sort();
    if (now.some((one) => one.startsWith('Pod/') && one.endsWith('-0')) && now.join() === before.join()) return now;
    before = now;
    await sleep(1500);
  }
}

/** What a next server does first on the cluster: anything; this call ends in a refusal. */
async function nextServer() {
  const next = range.another();
  const performed = await next.perform({
    tool: 'tracer-bullet',
    input: {
      deployment: ID,
      assumption: 'next',
      minimal_spec: set('next').replace('spec: {cont', 'spec: {hostPID: true, cont'),
      success_criteria: 'Pod reaches Running state',
    },
    actor: { kind: 'agent', client: 'next' },
  });
  await next.close();
  return performed.structured;
}

test(`kill -9 at ${TIMES} moments of a shot: the next server leaves nothing of it, and nothing else is touched`, async () => {
  value(
    await writer.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'bystander', namespace: NS, labels: { purpose: 'tracer-bullet' } },
    }),
  );
  const sibling = range.fire({
    assumption: 'sibling',
    minimal_spec: set('sibling'),
    success_criteria: 'Pod reaches Succeeded state',
    timeout: '290s',
    wait: '1s',
  });
  expect((await sibling).structured.status).toBe('RUNNING');
  const untouched = await whole();
  expect(untouched.length).toBeGreaterThan(3);

  let killed = 0;
  for (let n = 0; n < TIMES; n += 1) {
    if (await killedAfter((LONGEST_MS * (n + Math.random())) / TIMES)) killed += 1;
    expect(await nextServer()).toMatchObject({ refusal: { code: 'UNSAFE' } });
    expect((await leftIn(cluster, NS)).sort()).toEqual(untouched);
    const d = await range.deployment();
    const runs = [...d.runs.values()].filter((r) => r.client === 'killed');
    const placed = d.placements.filter((p) => runs.some((r) => r.run === p.run));
    expect(placed.filter((p) => p.state !== 'gone')).toEqual([]);
    expect(placed.filter((p) => d.runs.get(p.run)?.ended === undefined)).toEqual([]);
  }
  expect(killed).toBeGreaterThan(TIMES / 3);

  await range.fire({
    assumption: 'sibling',
    minimal_spec: set('sibling'),
    success_criteria: 'Pod reaches Succeeded state',
    timeout: '290s',
    cancel: true,
  });
  expect(await leftIn(cluster, NS)).toEqual(['ConfigMap/bystander']);
}, 600_000);
