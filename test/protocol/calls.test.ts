import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../src/report/fixtures/record.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { CLIENTS } from './support/clients.ts';
import { initialize, modern, type RawClient, rawClient } from './support/raw.ts';
import { fixtureServer, freshHome, realServer, type ServerCommand } from './support/servers.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function open(server: ServerCommand): Promise<RawClient> {
  const client = rawClient(server);
  closers.push(client.end);
  await initialize(client);
  return client;
}

const called = async (client: RawClient, name: string, args: Record<string, unknown> = {}) =>
  (await client.request('tools/call', { name, arguments: args })).result;

describe.each(CLIENTS)('a call from a $name', ({ connect }) => {
  it('with a wrong argument is refused with BAD_INPUT and the field', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    await client.listTools(); // from here on the client holds answers against the announced schemas
    const answer = await client.call('start-deployment', { component: 'x', namespace: 'Not A Name', nonsense: 1 });
    expect(answer.isError).toBe(true);
    expect(answer.structured?.refusal).toMatchObject({ code: 'BAD_INPUT' });
    expect(answer.text).toContain('namespace');
    expect(answer.text).toContain('nonsense');
  });

  it('of a step behind a gate, without a deployment, is refused with where to begin', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    await client.listTools();
    const answer = await client.call('tracer-bullet', {
      assumption: 'the image runs',
      minimal_spec: 'kind: Pod',
      success_criteria: 'Ready',
    });
    expect(answer.isError).toBe(true);
    expect(answer.structured?.refusal).toMatchObject({ code: 'NO_DEPLOYMENT' });
    expect(answer.text).toContain('Begin with start-deployment {component, namespace}.');
  });

  it('for the status of nothing yet is answered', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    await client.listTools();
    const answer = await client.call('deployment-status');
    expect(answer.isError).toBe(false);
    expect(answer.structured).toMatchObject({ deployments: [] });
  });

  it('where no cluster is, is refused with CLUSTER_UNREACHABLE and no stack', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    const answer = await client.call('start-deployment', { component: 'x', namespace: 'x' });
    expect(answer.isError).toBe(true);
    expect(answer.structured?.refusal).toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    expect(answer.text).not.toMatch(/\n\s+at /);
  });

  it('is known to the engine by the name of its client', async () => {
    const client = await connect(fixtureServer());
    closers.push(client.close);
    expect((await client.call('deployment-status')).structured).toMatchObject({ client: 'test 1.0.0' });
  });

  it('that meets a bug is answered in a sentence, and the next call works', async () => {
    const client = await connect(fixtureServer());
    closers.push(client.close);
    const answer = await client.call('deployment-status', { deployment: 'throw' });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('kaboom');
    expect(answer.text).not.toContain('secret.ts');
    expect((await client.call('deployment-status')).isError).toBe(false);
  });
});

describe('the server', () => {
  it('lives on after lines that are no JSON, no JSON-RPC, and too deep for sense', async () => {
    const client = await open(realServer());
    client.send('{"jsonrpc": "2.0", "id": 99, "method"');
    client.send('hello');
    client.send('[]');
    client.send('{"jsonrpc":"2.0","id":{"a":1},"method":"tools/list"}');
    client.send('{"jsonrpc":"1.0","id":7,"method":"tools/list"}');
    client.send('['.repeat(50_000));
    client.send('');
    expect(Object(await client.request('tools/list')).result.tools).toHaveLength(18);
  });

  it('answers unknown methods, tools and prompts with an error each', async () => {
    const client = await open(realServer());
    expect((await client.request('no/such')).error?.code).toBe(-32601);
    const tool = await client.request('tools/call', { name: 'rm-rf', arguments: {} });
    expect(tool.error).toMatchObject({ code: -32602, message: expect.stringContaining('rm-rf') });
    const prompt = await client.request('prompts/get', { name: 'no-such' });
    expect(prompt.error).toMatchObject({ code: -32602, message: expect.stringContaining('no-such') });
    for (const name of ['constructor', '__proto__', 'toString']) {
      const odd = await client.request('tools/call', { name, arguments: {} });
      expect(odd.error ?? odd.result?.isError).toBeTruthy();
      expect(JSON.stringify(odd)).not.toContain('at ');
    }
    expect(Object(await client.request('tools/list')).result.tools).toHaveLength(18);
  });

  it('takes arguments of any wrong shape without dying', async () => {
    const client = await open(realServer());
    for (const args of [null, [], 'text', 5, { deployment: 5 }, { deployment: { $ne: 1 } }, { show: 'everything' }]) {
      const answer = await client.request('tools/call', { name: 'deployment-status', arguments: args });
      expect(answer.error ?? answer.result?.isError, JSON.stringify(args)).toBeTruthy();
    }
    const missing = await client.request('tools/call', { name: 'deployment-status' });
    expect(missing.result?.isError ?? false).toBe(false);
  });

  it('writes nothing but the protocol to stdout, whatever a library prints', async () => {
    const client = await open(fixtureServer());
    await called(client, 'deployment-status');
    expect(await client.end()).toBe(0);
    expect(client.lines.length).toBeGreaterThan(1);
    for (const line of client.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
    expect(client.stderr()).toContain('a library prints');
  });

  it('tells a client that asked for it how far a call is', async () => {
    const client = await open(fixtureServer());
    await client.request('tools/call', { name: 'run-validation', arguments: {}, _meta: { progressToken: 'p1' } });
    const progress = client.lines.map((line) => JSON.parse(line)).filter((m) => m.method === 'notifications/progress');
    expect(progress).toEqual([
      expect.objectContaining({ params: { progressToken: 'p1', progress: 1, message: 'halfway' } }),
    ]);
    await client.request('tools/call', { name: 'run-validation', arguments: {} });
    expect(client.lines.filter((line) => line.includes('notifications/progress'))).toHaveLength(1);
  });

  it('hands a cancelled request on as a detached call, and does not answer it', async () => {
    const client = await open(fixtureServer());
    const call = client.request('tools/call', { name: 'run-validation', arguments: { wait: '5s' } });
    call.catch(() => undefined);
    await called(client, 'deployment-status');
    client.notify('notifications/cancelled', { requestId: 2 });
    await expect
      .poll(async () => Object((await called(client, 'deployment-status'))?.structuredContent).detached)
      .toBe(1);
  });

  it('ends at once when its client goes, and on SIGTERM', async () => {
    const client = await open(realServer());
    await called(client, 'deployment-status');
    expect(await client.end()).toBe(0);
    const other = await open(realServer());
    await called(other, 'deployment-status');
    const ended = new Promise((resolve) => other.process.once('close', (code) => resolve(code)));
    other.process.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('works beside another one on the same ledger', async () => {
    const home = freshHome();
    const [one, two] = await Promise.all([open(realServer(home)), open(realServer(home))]);
    const answers = await Promise.all([one, two, one, two].map((client) => called(client, 'deployment-status')));
    for (const answer of answers) expect(answer).toMatchObject({ structuredContent: { deployments: [] } });
  });

  it('asks a client with roots for them, once, and works in the first', async () => {
    const client = rawClient(fixtureServer());
    closers.push(client.end);
    const can = { roots: {} };
    await client.request('server/discover', modern({}, can));
    const call = { name: 'deployment-status', arguments: {} };
    const asked = await client.request('tools/call', modern(call, can));
    expect(asked.result).toMatchObject({ inputRequests: { roots: { method: 'roots/list' } } });
    const inputResponses = { roots: { roots: [{ uri: 'file:///srv/project' }] } };
    const answer = await client.request('tools/call', modern({ ...call, inputResponses }, can));
    expect(answer.result).toMatchObject({ structuredContent: { workspace: '/srv/project' } });
    const again = await client.request('tools/call', modern(call, can));
    expect(again.result).toMatchObject({ structuredContent: { status: 'pending' } });
  });
});

describe('infragate --workspace=FOLDER', () => {
  it('works there, asks no client for its roots, and takes a path from where npm was called', async () => {
    const { args, env, home, ...server } = realServer();
    const folder = dirname(home);
    const ledger = await ledgerAt(home);
    mkdirSync(join(folder, 'mine'));
    const fact = { ...started('web', { cluster: 'c', namespace: 'web', uid: 'u' }), workspace: join(folder, 'mine') };
    await ledger.append('web-1', 0, [{ at: '2026-01-01T00:00:00.000Z', by: { kind: 'server' }, fact }]);
    ledger.close();
    const client = rawClient({ ...server, args: [...args, '--workspace=mine'], env: { ...env, INIT_CWD: folder } });
    closers.push(client.end);
    const call = modern({ name: 'deployment-status', arguments: {} }, { roots: {} });
    expect((await client.request('tools/call', call)).result).toMatchObject({
      structuredContent: { deployment: 'web-1', stage: 'research' },
    });
  });
});

describe('a client of the older era', () => {
  it('is asked for its roots by a request of its own', async () => {
    const client = rawClient(fixtureServer());
    closers.push(client.end);
    await initialize(client, { roots: {} });
    const call = client.request('tools/call', { name: 'deployment-status', arguments: {} });
    await expect.poll(() => client.lines.some((line) => line.includes('roots/list'))).toBe(true);
    const { id } = client.lines.map((line) => JSON.parse(line)).find((message) => message.method === 'roots/list');
    client.send(JSON.stringify({ jsonrpc: '2.0', id, result: { roots: [{ uri: 'file:///srv/project' }] } }));
    expect((await call).result).toMatchObject({ structuredContent: { workspace: '/srv/project' } });
  });

  it('that sends a message beyond all measure is left, not kept waiting', async () => {
    const client = await open(fixtureServer());
    const ended = new Promise((resolve) => client.process.once('close', (code) => resolve(code)));
    client.process.stdin.on('error', () => undefined);
    client.send(JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping', params: { x: 'x'.repeat(11_000_000) } }));
    expect(await ended).toBe(0);
    expect(client.stderr()).toContain('maximum size');
  });
});
