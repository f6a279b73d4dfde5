import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reader } from '../cluster/index.ts';
import { askHealth } from './health.ts';

const SECRET = 'correct-horse-battery';
let server: Server;
let origin = '';

beforeAll(async () => {
  server = createServer((request, answer) => {
    const [status, body] =
      request.url === '/well'
        ? [200, 'ok']
        : request.url === '/away'
          ? [302, '']
          : [503, `\n  no way in with ${SECRET}  \nat db.js:1`];
    answer.writeHead(status, status === 302 ? { location: `${origin}/well` } : {}).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => server.close(done)));

/** A URL is asked without the cluster. */
const ask = (url: string, hosts: readonly string[] = ['127.0.0.1']) =>
  askHealth({} as Reader, url, { namespace: 'shop', signal: new AbortController().signal, hosts, secrets: [SECRET] });

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

test('a private address is asked only where the policy lists its host', async () => {
  expect(await ask(`${origin}/well`, [])).toEqual({
    status: 'fail',
    reason: 'AddressRefused',
    message: expect.stringContaining("unless health_hosts of the operator's policy lists the host"),
  });
});

test('a redirect is not followed', async () => {
  expect(await ask(`${origin}/away`)).toMatchObject({ status: 'fail', reason: 'Redirected' });
});
