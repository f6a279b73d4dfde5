import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Message, modern, type RawClient, rawClient } from './support/raw.ts';
import { realServer, type ServerCommand } from './support/servers.ts';

/** The build answers what a client asks first before the server is loaded; the sources have no such answers. */
const BIN = fileURLToPath(new URL('../../bin/infragate.js', import.meta.url));
const built = (): ServerCommand => ({ ...realServer(), args: [BIN] });

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function start(server: ServerCommand): RawClient {
  const client = rawClient(server);
  closers.push(client.end);
  return client;
}

type Asked = { readonly method: string; readonly params?: Record<string, unknown> };

const initialize = (protocolVersion: string, more: Record<string, unknown> = {}): Asked => ({
  method: 'initialize',
  params: { protocolVersion, capabilities: { roots: {} }, clientInfo: { name: 'a', version: '1' }, ...more },
});
const lists = (params?: Record<string, unknown>): Asked[] =>
  ['tools/list', 'prompts/list', 'resources/templates/list'].map((method) => ({
    method,
    ...(params === undefined ? {} : { params }),
  }));

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07', '1999-01-01'];

const OPENINGS: readonly (readonly [string, readonly Asked[]])[] = [
  ...VERSIONS.map((version) => [version, [initialize(version), { method: 'ping' }, ...lists()]] as const),
  ['2026-07-28', [{ method: 'server/discover', params: modern() }, ...lists(modern())]],
  ['2026-07-28 without discover', lists(modern({}, { extensions: { 'io.modelcontextprotocol/tasks': {} } }))],
  ['a page that is not there', [initialize('2025-11-25'), { method: 'tools/list', params: { cursor: 'x' } }]],
  ['capabilities of another form', [initialize('2025-11-25', { capabilities: { roots: { listChanged: 'yes' } } })]],
  ['a client without a version', [initialize('2025-11-25', { clientInfo: { name: 'a' } })]],
  ['a revision nobody knows', lists(odd('2031-01-01'))],
  ['lists before anything was agreed', lists()],
];

function odd(version: string): Record<string, unknown> {
  const params = modern();
  return { ...params, _meta: { ...params._meta, 'io.modelcontextprotocol/protocolVersion': version } };
}

async function answers(server: ServerCommand, asked: readonly Asked[]): Promise<Pick<Message, 'result' | 'error'>[]> {
  const client = start(server);
  const got = await Promise.all(asked.map(({ method, params }) => client.request(method, params)));
  return got.map(({ result, error }) => ({ ...(result ? { result } : {}), ...(error ? { error } : {}) }));
}

describe('the first answers of the build', () => {
  it.each(OPENINGS)("are the server's own: %s", async (_, asked) => {
    const [early, own] = await Promise.all([answers(built(), asked), answers(realServer(), asked)]);
    expect(early).toEqual(own);
  });

  it('come once, and the server behind them goes on from there', async () => {
    const client = start(built());
    const opening = await client.request('initialize', initialize('2025-11-25', { capabilities: {} }).params);
    client.notify('notifications/initialized');
    const called = client.request('tools/call', { name: 'deployment-status', arguments: {} });
    const listed = await client.request('tools/list');
    expect((await called).result?.structuredContent).toMatchObject({ deployments: [] });
    // What the server answered, it answered before this; a second response would have come by now.
    await client.request('ping');
    expect(opening.result?.serverInfo).toMatchObject({ name: 'infragate' });
    expect(listed.result?.tools).toHaveLength(18);
    const ids = client.lines.map((line) => JSON.parse(line).id);
    expect(ids.toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('reach a client that closes its end at once', async () => {
    const client = start(built());
    const asked = client.request('initialize', initialize('2025-11-25').params);
    expect(await client.end()).toBe(0);
    expect((await asked).result?.protocolVersion).toBe('2025-11-25');
  });
});
