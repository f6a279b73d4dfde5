import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { modern, type RawClient, rawClient } from '../protocol/support/raw.ts';
import { ownSandbox, reach } from './io/sandbox.ts';
import { ID, leftIn, type Range, shootingRange } from './support/tracer.ts';

// A bullet as a task of the extension io.modelcontextprotocol/tasks: the client polls it, cancels it, and comes back to it
// after the server was killed, at each of these points of the bullet.

const TIMES = 20;
/** From the task's handle to the end of the bullet, about. */
const LONGEST_MS = 4000;
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const NS = `tasks-${process.pid}`;

let cluster: Cluster;
let end = async () => {};
let range: Range;
let image = '';
let kubeconfig = '';

beforeAll(async () => {
  const own = await ownSandbox('tasks');
  end = own.end;
  kubeconfig = own.sandbox.kubeconfig;
  cluster = await reach(kubeconfig);
  image = `${own.sandbox.registry}/busybox:1`;
  range = await shootingRange(own.sandbox, cluster, NS, [
    { name: 'it runs', about: ['api:v1/Pod'] },
    { name: 'it is ended', about: ['api:v1/Pod'] },
    ...Array.from({ length: TIMES }, (_, n) => ({ name: `killed ${n}`, about: ['api:v1/Pod'] })),
  ]);
  await range.engine.close();
});

afterAll(async () => {
  await cluster?.writer().delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  cluster?.close();
  await end();
});

function server(): RawClient {
  return rawClient({
    command: process.execPath,
    args: [join(import.meta.dirname, '..', '..', 'src', 'cli.ts')],
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '', HOME: range.home, INFRAGATE_HOME: range.home, KUBECONFIG: kubeconfig },
  });
}

const bullet = (client: RawClient, assumption: string, success_criteria = 'Pod reaches Running state') =>
  client.request(
    'tools/call',
    modern(
      {
        name: 'tracer-bullet',
        arguments: {
          deployment: ID,
          assumption,
          minimal_spec: `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: "${image}"}]}\n`,
          success_criteria,
          timeout: '60s',
        },
      },
      TASKS,
    ),
  );

const get = async (client: RawClient, taskId: string) =>
  (await client.request('tasks/get', modern({ taskId }, TASKS))).result;

async function terminal(client: RawClient, taskId: string) {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
    const task = await get(client, taskId);
    if (task?.status !== 'working') return task;
  }
  throw new Error('the task is still working after 60 s');
}

test('is working while the bullet runs, and completed with its answer, as often as it is asked', async () => {
  const client = server();
  const made = (await bullet(client, 'it runs')).result;
  expect(made).toMatchObject({ resultType: 'task', status: 'working' });
  const taskId = String(made?.taskId);
  const over = await terminal(client, taskId);
  expect(over).toMatchObject({
    resultType: 'complete',
    status: 'completed',
    result: { structuredContent: { status: 'PASS', deployment: ID } },
  });
  expect(await get(client, taskId)).toMatchObject({
    status: 'completed',
    result: { structuredContent: { status: 'PASS' } },
  });
  await client.end();
  const next = server();
  expect(await get(next, taskId)).toMatchObject({ status: 'completed', lastUpdatedAt: over?.lastUpdatedAt });
  await next.end();
});

test('that is cancelled ends, and what it made is gone', async () => {
  const client = server();
  const made = (await bullet(client, 'it is ended', 'Pod reaches Succeeded state')).result;
  const taskId = String(made?.taskId);
  expect(made).toMatchObject({ resultType: 'task' });
  await client.request('tasks/cancel', modern({ taskId }, TASKS));
  const over = await terminal(client, taskId);
  expect(JSON.stringify(over)).not.toContain('"PASS"');
  expect(await leftIn(cluster, NS)).toEqual([]);
  await client.end();
});

// The bullets are begun one after another and the server is killed once: each of them at another point of its way.
test(`kill -9 at ${TIMES} points: who comes back with the id gets one verdict, which stays`, async () => {
  const killed = server();
  const points = Array.from({ length: TIMES }, (_, n) => `killed ${n}`);
  const begun = points.map(async (assumption, n) => {
    await sleep((LONGEST_MS * n) / TIMES);
    const made = (await bullet(killed, assumption)).result;
    expect(made).toMatchObject({ resultType: 'task' });
    return String(made?.taskId);
  });
  const ids = await Promise.all(begun);
  killed.process.kill('SIGKILL');
  await once(killed.process, 'exit');
  const next = server();
  const statuses = await Promise.all(
    ids.map(async (id) => {
      const over = await terminal(next, id);
      if (over?.status === 'completed')
        expect(over).toMatchObject({ result: { structuredContent: { status: 'PASS' } } });
      else
        expect(over).toMatchObject({
          status: 'failed',
          error: { message: expect.stringContaining('call tracer-bullet again') },
        });
      return over?.status;
    }),
  );
  // The same calls again take away what was left and prove it; the first verdicts stay what they were.
  await Promise.all(
    points.map(async (assumption) => {
      const again = (await bullet(next, assumption)).result;
      const verdict = again?.resultType === 'task' ? await terminal(next, String(again.taskId)) : { result: again };
      expect(verdict).toMatchObject({ result: { structuredContent: { status: 'PASS' } } });
    }),
  );
  expect(await Promise.all(ids.map(async (id) => (await get(next, id))?.status))).toEqual(statuses);
  await next.end();
  expect(await leftIn(cluster, NS)).toEqual([]);
}, 200_000);
