import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reader } from '../../cluster/index.ts';
import { askHealth } from './health.ts';

const SECRET = 'correct-horse-battery';
let server: Server;
let origin = '';

beforeAll(async () => {
  server = createServer((request, answer) => {
    const [status, body] = request.url === '/well' ? [200, 'ok'] : [503, `\n  no way in with ${SECRET}  \nat db.js:1`];
    answer.writeHead(status).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

/** A URL is asked without the cluster. */
const ask = (url: string) =>
  askHealth({} as Reader, url, { namespace: 'shop', signal: new AbortController().signal, secrets: [SECRET] });

test('a health check says the status, and of an unhealthy answer its first words, without what is secret', async () => {
  expect(await ask(`${origin}/well`)).toEqual({ status: 'pass', reason: 'Healthy', message: '200' });
  expect(await ask(`${origin}/ill`)).toEqual({
    status: 'fail',
    reason: 'Unhealthy',
    message: '503: no way in with [redacted]',
  });
});

test('where nobody listens, it says so', async () => {
  const gone = createServer();
  await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
  const { port } = gone.address() as AddressInfo;
  await new Promise((done) => gone.close(done));
  expect(await ask(`http://127.0.0.1:${port}/`)).toEqual({
    status: 'fail',
    reason: 'Unreachable',
    message: `connect ECONNREFUSED 127.0.0.1:${port}`,
  });
});
