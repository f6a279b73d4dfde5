import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modern } from './support/raw.ts';
import { fixtureServer } from './support/servers.ts';

let server: ChildProcess;
let url: URL;

beforeAll(async () => {
  const { command, args, env } = fixtureServer();
  const child = spawn(command, [...args, '--http'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  server = child;
  const [line] = await once(child.stderr, 'data');
  url = new URL(String(line).trim());
});
afterAll(() => {
  server.kill();
});

/** Any request, also ones that fetch() would not send (its own Host). */
function send(headers: Record<string, string>, body?: object, method = 'POST', path = '/mcp') {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = httpRequest(
      { host: url.hostname, port: url.port, path, method, headers: { ...JSON_HEADERS, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: modern() };

describe('MCP over HTTP', () => {
  it.each(['legacy', { pin: '2026-07-28' }] as const)('serves a client of either era (%s)', async (mode) => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(url));
    expect((await client.listTools()).tools).toHaveLength(18);
    expect((await client.listPrompts()).prompts).toHaveLength(7);
    const answer = await client.callTool({ name: 'run-validation', arguments: {} });
    expect(answer.structuredContent).toMatchObject({ status: 'PASS' });
    const refused = await client.callTool({ name: 'complete-deployment', arguments: {} });
    expect(refused).toMatchObject({ isError: true, structuredContent: { refusal: { code: 'GATE_NOT_PASSED' } } });
    await client.close();
  });

  it('asks a person by form on 2026-07-28, and takes the answer in another request', async () => {
    const client = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
    );
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept' as const,
      content: { digest_prefix: '01234567', choice: 'revise', remark: 'smaller' },
    }));
    await client.connect(new StreamableHTTPClientTransport(url));
    const answer = await client.callTool({ name: 'request-approval', arguments: {} });
    expect(answer.structuredContent).toMatchObject({ status: 'revise', assurance: 'elicited' });
    await client.close();
  });

  it('answers the local name it listens on', async () => {
    const good = await send({ ...MODERN, host: url.host }, LIST);
    expect(good.status).toBe(200);
    expect(
      (await send({ ...MODERN, host: `localhost:${url.port}`, origin: 'http://localhost:6274' }, LIST)).status,
    ).toBe(200);
  });

  it('refuses another Host (DNS rebinding) and another Origin (a web page)', async () => {
    expect((await send({ ...MODERN, host: 'evil.example' }, LIST)).status).toBe(403);
    expect((await send({ ...MODERN, host: `evil.example:${url.port}` }, LIST)).status).toBe(403);
    expect((await send({ ...MODERN, origin: 'https://evil.example' }, LIST)).status).toBe(403);
    expect((await send({ ...MODERN, origin: 'null' }, LIST)).status).toBe(403);
  });

  it('serves one path, JSON only, and bodies of a sane size', async () => {
    expect((await send(MODERN, LIST, 'POST', '/other')).status).toBe(404);
    expect((await send({ ...MODERN, 'content-type': 'text/plain' }, LIST)).status).toBe(415);
    expect((await send({}, undefined, 'GET')).status).toBe(405);
    const big = { ...LIST, params: { ...LIST.params, padding: 'x'.repeat(5_000_000) } };
    expect((await send(MODERN, big)).status).toBe(413);
    expect((await send(MODERN, LIST)).status).toBe(200);
  });
});

/** A request as bytes, also ones that no HTTP client would send; answers what came back. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(url.port), url.hostname, () => socket.write(request));
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
  });
}

it.each([
  ['TRACE /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 405 /],
  ['GET // HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['GET //mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['PROPFIND /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 405 /],
  ['GET http://other.example/mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
])('the request %j is answered as HTTP says', async (request, status) => {
  expect(await raw(request)).toMatch(status);
});
