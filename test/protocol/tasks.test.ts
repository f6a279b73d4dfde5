import { afterEach, describe, expect, it } from 'vitest';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { atGateP, DEPLOYMENT } from './support/at-gate-p.ts';
import { initialize, modern, type RawClient, rawClient } from './support/raw.ts';
import { realServer } from './support/servers.ts';

// The extension io.modelcontextprotocol/tasks: what waits for a person is a task for the clients that take one.

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

function open(home: string): RawClient {
  const client = rawClient(realServer(home));
  closers.push(client.end);
  return client;
}

const call = (client: RawClient, capabilities: Record<string, unknown> = TASKS) =>
  client.request(
    'tools/call',
    modern({ name: 'request-approval', arguments: { deployment: DEPLOYMENT } }, capabilities),
  );

const named = (params: ReturnType<typeof modern>, name: string) => ({
  ...params,
  _meta: { ...params._meta, 'io.modelcontextprotocol/clientInfo': { name, version: '1' } },
});

async function decide(home: string, digest: string, choice: 'approve' | 'reject') {
  const ledger = await ledgerAt(home);
  const { rows } = await ledger.read(DEPLOYMENT);
  const by = { kind: 'person', name: 'ann', assurance: 'elicited' };
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await ledger.append(DEPLOYMENT, rows.length, [
    { at: new Date().toISOString(), by, fact: { type: 'decided', digest, choice, until } },
  ]);
  ledger.close();
}

describe('a plan that waits for a person', () => {
  it('is a task for a client that takes one, and completes with what was decided, also in the next server', async () => {
    const { home, digest } = await atGateP();
    const first = open(home);
    const made = (await call(first)).result;
    expect(made).toMatchObject({ resultType: 'task', status: 'working', ttlMs: null });
    expect(made?.statusMessage).toContain(`infragate approve ${DEPLOYMENT}`);
    const taskId = String(made?.taskId);
    const waiting = (await first.request('tasks/get', modern({ taskId }, TASKS))).result;
    expect(waiting).toMatchObject({ resultType: 'complete', taskId, status: 'working', createdAt: made?.createdAt });
    await first.end();

    await decide(home, digest, 'approve');
    const next = open(home);
    const over = (await next.request('tasks/get', modern({ taskId }, TASKS))).result;
    expect(over).toMatchObject({
      resultType: 'complete',
      status: 'completed',
      result: { structuredContent: { status: 'approved', assurance: 'elicited' } },
    });
  });

  it('is an answer for a client that takes none, in either era', async () => {
    const { home } = await atGateP();
    const client = open(home);
    expect((await call(client, {})).result).toMatchObject({
      resultType: 'complete',
      structuredContent: { status: 'pending' },
    });
    const older = open(home);
    await initialize(older, TASKS);
    const { result } = await older.request('tools/call', {
      name: 'request-approval',
      arguments: { deployment: DEPLOYMENT },
    });
    expect(result).toMatchObject({ structuredContent: { status: 'pending' } });
    expect(result).not.toHaveProperty('taskId');
  });

  it('is nobody else’s: an id that was changed, made up or made for another client is not found', async () => {
    const { home } = await atGateP();
    const client = open(home);
    const taskId = String((await call(client)).result?.taskId);
    const [text = '', mac = ''] = taskId.split('.');
    const other = Buffer.from(Buffer.from(text, 'base64url').toString().replace(DEPLOYMENT, 'y-2')).toString(
      'base64url',
    );
    for (const wrong of ['', 'x', `${text}.`, `${text}.${mac.slice(1)}`, `${other}.${mac}`, `.${mac}`])
      for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
        expect((await client.request(method, modern({ taskId: wrong }, TASKS))).error).toMatchObject({
          code: -32602,
          message: expect.stringContaining('Task not found'),
        });
    const stranger = await client.request('tasks/get', named(modern({ taskId }, TASKS), 'stranger'));
    expect(stranger.error).toMatchObject({ code: -32602 });
  });

  it('stays undecided when its task is cancelled or updated', async () => {
    const { home } = await atGateP();
    const client = open(home);
    const taskId = String((await call(client)).result?.taskId);
    const answers = { inputResponses: { decision: { action: 'accept', content: { choice: 'approve' } } } };
    expect((await client.request('tasks/update', modern({ taskId, ...answers }, TASKS))).result).toMatchObject({
      resultType: 'complete',
    });
    expect((await client.request('tasks/cancel', modern({ taskId }, TASKS))).result).toMatchObject({
      resultType: 'complete',
    });
    expect((await client.request('tasks/get', modern({ taskId }, TASKS))).result).toMatchObject({ status: 'working' });
  });

  it('is announced', async () => {
    const { home } = await atGateP();
    const { result } = await open(home).request('server/discover', modern());
    expect(result?.capabilities).toMatchObject({ extensions: { 'io.modelcontextprotocol/tasks': {} } });
  });
});
