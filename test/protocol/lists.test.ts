import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { STEPS } from '../../src/workflow/index.ts';
import { CLIENTS } from './support/clients.ts';
import { initialize, type Message, modern, type RawClient, rawClient } from './support/raw.ts';
import { realServer, type ServerCommand } from './support/servers.ts';

const TOOL_NAMES = Object.keys(STEPS).filter((name) => !['decide', 'preapprove', 'waive', 'abandon'].includes(name));
const PROMPT_NAMES = ['deploy', 'implement', 'plan', 'research', 'resume', 'retro', 'validate'];

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

function start(server: ServerCommand): RawClient {
  const client = rawClient(server);
  closers.push(client.end);
  return client;
}

const names = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((entry: { name?: unknown }) => String(entry.name)).toSorted() : [];

describe.each(CLIENTS)('a $name', ({ connect }) => {
  it('finds 18 tools and 7 prompts, and is told how to begin', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    const { tools } = await client.listTools();
    expect(names(tools)).toEqual(TOOL_NAMES.toSorted());
    expect(tools).toHaveLength(18);
    expect(names((await client.listPrompts()).prompts)).toEqual(PROMPT_NAMES);
    expect(client.instructions()).toContain('Begin with deployment-status');
    expect(Buffer.byteLength(client.instructions() ?? '')).toBeLessThan(2048);
  });

  it('has what a client that defers tools needs: two always loaded, the rest found by words', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    const { tools } = await client.listTools();
    const always = tools.filter((tool) => tool._meta?.['anthropic/alwaysLoad'] === true);
    expect(names(always)).toEqual(['deployment-status', 'start-deployment']);
    const found = tools.filter((tool) => typeof tool._meta?.['anthropic/searchHint'] === 'string');
    expect(found).toHaveLength(15);
  });

  it('gets every prompt without arguments', async () => {
    const client = await connect(realServer());
    closers.push(client.close);
    for (const name of PROMPT_NAMES) {
      const text = await client.getPrompt(name);
      expect(text).toContain('Nothing was given');
      expect(text).not.toContain('{{');
    }
  });
});

const ERAS: readonly [
  string,
  (client: RawClient, method: string, params?: Record<string, unknown>) => Promise<Message>,
][] = [
  ['2026-07-28', (client, method, params) => client.request(method, modern(params))],
  ['2025-11-25', (client, method, params) => client.request(method, params)],
];

describe.each(ERAS)('raw JSON lines, %s', (era, request) => {
  const open = async (server: ServerCommand) => {
    const client = start(server);
    if (era === '2025-11-25') await initialize(client);
    else await request(client, 'server/discover');
    return client;
  };

  it('lists 18 tools and 7 prompts', async () => {
    const client = await open(realServer());
    expect(names((await request(client, 'tools/list')).result?.tools)).toHaveLength(18);
    expect(names((await request(client, 'prompts/list')).result?.prompts)).toEqual(PROMPT_NAMES);
  });

  it('lists resources and completes arguments where there is no ledger, and makes none', async () => {
    const server = realServer();
    const client = await open(server);
    expect((await request(client, 'resources/list')).result?.resources).toEqual([]);
    const templates = (await request(client, 'resources/templates/list')).result?.resourceTemplates;
    expect(names(templates)).toEqual(['evidence', 'plan', 'report', 'status', 'timeline']);
    const completed = await request(client, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'deploy' },
      argument: { name: 'complexity', value: 'm' },
    });
    expect(completed.result?.completion).toMatchObject({ values: ['medium'] });
    const missing = await request(client, 'resources/read', { uri: 'infragate://deployments/none/status' });
    expect(missing.error).toMatchObject({ code: -32602, message: expect.stringMatching(/not found/i) });
    expect(existsSync(server.home)).toBe(false);
  });
});

describe('what a list costs', () => {
  it('an agent at most 6,000 tokens (bytes / 4)', async () => {
    const client = start(realServer());
    await initialize(client);
    const { result } = await client.request('tools/list');
    const tokens = Math.ceil(Buffer.byteLength(JSON.stringify(result)) / 4);
    console.info(`tools/list: ${tokens} tokens`);
    expect(tokens).toBeLessThanOrEqual(6_000);
  });

  it('no Kubernetes client, no SQLite, no process runner is loaded, and the first answer comes soon', async () => {
    const { args, ...server } = realServer();
    const preload = fileURLToPath(new URL('./support/report-loads.ts', import.meta.url));
    const began = performance.now();
    const client = rawClient({ ...server, args: ['--import', preload, ...args] });
    await initialize(client);
    console.info(`first answer after ${Math.round(performance.now() - began)} ms (from sources, types stripped)`);
    await client.request('tools/list');
    await client.request('prompts/list');
    expect(await client.end()).toBe(0);
    const loaded = /loaded: (.*)/.exec(client.stderr())?.[1]?.split(' ') ?? [];
    expect(loaded).toContain('zod'); // the report itself works
    for (const heavy of ['@kubernetes/client-node', 'better-sqlite3', 'execa', 'yaml']) {
      expect(loaded).not.toContain(heavy);
    }
  });
});
