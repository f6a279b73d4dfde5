import { request } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { hostileMessages } from '../support/hostile-messages.ts';
import { initialize, rawClient } from './support/raw.ts';
import { fixtureServer, realServer } from './support/servers.ts';

/** The edge to clients as bytes; `npm run fuzz` sends more of them. */
const ROUNDS = 4;
const ends: (() => unknown)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

test('over stdio: whatever is sent, every line that comes back is JSON-RPC, and the next request is answered', async () => {
  const client = rawClient(realServer());
  ends.push(() => client.process.kill());
  await initialize(client);
  const messages = hostileMessages(20261127);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const message of messages()) client.send(message);
    expect((await client.request('ping')).result).toEqual({});
  }
  const { result } = await client.request('tools/list');
  expect(Array.isArray(result?.tools)).toBe(true);
  for (const line of client.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  // What the client's log shows of them steers no terminal.
  expect(client.stderr()).not.toContain('\u202e');
  await client.end();
}, 60_000);

test('over HTTP: whatever is posted is answered with a status, and the next request is, too', async () => {
  const { command, args, env } = fixtureServer();
  const client = rawClient({ command, args: [...args, '--http'], env, cwd: process.cwd() });
  ends.push(() => client.process.kill());
  await expect.poll(() => client.stderr(), { timeout: 30_000 }).toMatch(/http:\S+\s/);
  const url = new URL(/http:\S+/.exec(client.stderr())?.[0] ?? '');
  const post = (body: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      });
      sent.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)));
      sent.on('error', reject);
      sent.end(body);
    });
  const messages = hostileMessages(7);
  const statuses: number[] = [];
  for (let round = 0; round < 2; round += 1) for (const message of messages()) statuses.push(await post(message));
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  const ping = await post('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  expect(ping).toBeLessThan(500);
  expect(client.process.exitCode).toBeNull();
}, 60_000);
