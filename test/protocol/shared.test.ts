import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServing, serveHttp } from '../../src/mcp/http.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { atGateP, DEPLOYMENT } from './support/at-gate-p.ts';
import { type IdentityProvider, identityProvider, SECRET } from './support/identity-provider.ts';
import { modern } from './support/raw.ts';

// A server for several people: an OAuth 2.1 resource server in front of tokens of a real identity provider.

const PEOPLE = {
  rita: { preferred_username: 'rita', groups: ['deployers'] },
  anton: { preferred_username: 'anton', groups: ['leads'] },
  both: { preferred_username: 'both', groups: ['deployers', 'leads'] },
  audrey: { preferred_username: 'audrey', groups: ['security'] },
  nobody: { preferred_username: 'nobody', groups: ['guests'] },
};

let provider: IdentityProvider;
let serving: HttpServing;
let resource: string;
let home: string;
let digest: string;

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

beforeAll(async () => {
  provider = await identityProvider(PEOPLE);
  ({ home, digest } = await atGateP());
  const access = {
    issuer: provider.issuer,
    user_claim: 'preferred_username',
    groups_claim: 'groups',
    roles: { auditor: ['security'], requester: ['deployers'], approver: ['leads'], admin: [] },
  };
  writeFileSync(join(home, 'policy.yaml'), 'approvers: {not_requester: true}\n');
  const port = await freePort();
  serving = await serveHttp({
    version: '1',
    tools: TOOLS,
    home,
    workspace: home,
    port,
    shared: { access, origin: new URL(`http://localhost:${port}`) },
  });
  resource = serving.url;
});
afterAll(async () => {
  await serving.close();
  await provider.close();
});

type Sent = { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly text: string };

function send(headers: Record<string, string>, body: object = LIST, path = '/mcp'): Promise<Sent> {
  const { hostname, port } = new URL(resource);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: hostname, port, path, method: 'POST', headers: { ...JSON_HEADERS, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/list',
};
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: modern() };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What a good token of rita says. */
const claims = (more: JWTPayload = {}): JWTPayload => {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: provider.issuer,
    aud: resource,
    sub: 'rita',
    iat: now,
    exp: now + 300,
    preferred_username: 'rita',
    groups: ['deployers'],
    ...more,
  };
};
const without = (claim: string): JWTPayload => {
  const { [claim]: _, ...rest } = claims();
  return rest;
};

async function call(person: string, tool: string, args: Record<string, unknown>, client = person) {
  const token = await provider.token(person, resource);
  const params = modern({ name: tool, arguments: args }, { extensions: { 'io.modelcontextprotocol/tasks': {} } });
  const named = {
    ...params,
    _meta: { ...params._meta, 'io.modelcontextprotocol/clientInfo': { name: client, version: '1' } },
  };
  const sent = await send(
    { ...bearer(token), 'mcp-method': 'tools/call', 'mcp-name': tool },
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: named },
  );
  return message(sent);
}

/** The JSON-RPC answer, whether it came as JSON or as an event. */
function message({ text }: Sent): { result?: Record<string, unknown>; error?: { message: string } } {
  const data = text.startsWith('{') ? text : (text.match(/^data: (.*)$/m)?.[1] ?? '{}');
  return JSON.parse(data);
}

const codeOf = (answer: { result?: Record<string, unknown> }): unknown =>
  (answer.result?.structuredContent as { refusal?: { code?: unknown } } | undefined)?.refusal?.code;

describe('a client that follows the specification', () => {
  it('finds the identity provider from the challenge, gets a token and calls', async () => {
    const client = new Client({ name: 'agent', version: '1' });
    const authProvider = new ClientCredentialsProvider({ clientId: 'rita', clientSecret: SECRET });
    await client.connect(new StreamableHTTPClientTransport(new URL(resource), { authProvider }));
    expect((await client.listTools()).tools).toHaveLength(TOOLS.length);
    const status = await client.callTool({ name: 'deployment-status', arguments: { deployment: DEPLOYMENT } });
    expect(status.isError).toBeFalsy();
    await client.close();
  });

  it('is told where to get a token, in the challenge and in the metadata (RFC 9728)', async () => {
    const { status, headers } = await send({});
    expect(status).toBe(401);
    const where = String(headers['www-authenticate']).match(/resource_metadata="([^"]+)"/)?.[1];
    const metadata = await (await fetch(where ?? '')).json();
    expect(metadata).toMatchObject({ resource, authorization_servers: [expect.stringContaining('localhost')] });
  });
});

describe('a token that proves nothing is refused', () => {
  it.each<readonly [string, number, () => Promise<Record<string, string>>]>([
    ['none at all', 401, async () => ({})],
    ['a word', 401, async () => bearer('hello')],
    ['nothing after Bearer', 401, async () => ({ authorization: 'Bearer ' })],
    ['a password', 401, async () => ({ authorization: `Basic ${Buffer.from(`rita:${SECRET}`).toString('base64')}` })],
    ['alg none', 401, async () => bearer(unsigned(claims()))],
    ['a shared secret', 401, async () => bearer(await byKey(claims(), new TextEncoder().encode(SECRET), 'HS256'))],
    ['another key of the same name', 401, async () => bearer(await byKey(claims(), await otherKey()))],
    ['a key of its own, embedded', 401, async () => bearer(await embedded())],
    [
      'a key from elsewhere',
      401,
      async () => bearer(await byKey(claims(), await otherKey(), 'RS256', { jku: `${resource}/keys`, kid: 'x' })),
    ],
    [
      'an extension that must be understood',
      401,
      async () => bearer(await provider.signed(claims({ x: 1 }), { crit: ['exp'], exp: 1 }).catch(() => 'x.y.z')),
    ],
    ['changed after it was signed', 401, async () => bearer(changed(await provider.signed(claims())))],
    ['expired', 401, async () => bearer(await provider.signed(claims({ exp: Math.floor(Date.now() / 1000) - 120 })))],
    ['without an end', 401, async () => bearer(await provider.signed(without('exp')))],
    [
      'not valid yet',
      401,
      async () => bearer(await provider.signed(claims({ nbf: Math.floor(Date.now() / 1000) + 600 }))),
    ],
    ['another issuer', 401, async () => bearer(await provider.signed(claims({ iss: 'https://elsewhere.test' })))],
    ['no issuer', 401, async () => bearer(await provider.signed(without('iss')))],
    ['for another server', 401, async () => bearer(await provider.token('rita', 'https://elsewhere.test/mcp'))],
    [
      'for several others',
      401,
      async () => bearer(await provider.signed(claims({ aud: ['https://a.test', 'https://b.test'] }))),
    ],
    ['for nobody in particular', 401, async () => bearer(await provider.signed(without('aud')))],
    ['of nobody', 401, async () => bearer(await provider.signed(without('sub')))],
    [
      'without the claim that names people',
      401,
      async () => bearer(await provider.signed(without('preferred_username'))),
    ],
    ['of a blank name', 401, async () => bearer(await provider.signed(claims({ preferred_username: '  ' })))],
    [
      "of Kubernetes' own administrator",
      401,
      async () => bearer(await provider.signed(claims({ preferred_username: 'system:admin' }))),
    ],
    ['too long', 401, async () => bearer(await provider.signed(claims({ filler: 'x'.repeat(11_000) })))],
    ['of somebody without a role', 403, async () => bearer(await provider.token('nobody', resource))],
    [
      'of a group that only Kubernetes may give',
      403,
      async () => bearer(await provider.signed(claims({ groups: ['system:masters'] }))),
    ],
    [
      'groups that are no texts',
      403,
      async () => bearer(await provider.signed(claims({ groups: [{ name: 'deployers' }, ['deployers']] }))),
    ],
    [
      'a good one, for another Host',
      403,
      async () => ({ ...bearer(await provider.token('rita', resource)), host: 'evil.test' }),
    ],
    [
      'a good one, from another Origin',
      403,
      async () => ({ ...bearer(await provider.token('rita', resource)), origin: 'https://evil.test' }),
    ],
  ])('%s', async (_, status, headers) => {
    const answer = await send(await headers());
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('tracer-bullet');
  });

  it('in the address', async () => {
    const token = await provider.token('rita', resource);
    expect((await send({}, LIST, `/mcp?access_token=${token}`)).status).toBe(401);
  });
});

describe('roles', () => {
  it.each([
    'start-deployment',
    'record-research',
    'tracer-bullet',
    'apply-phase',
    'rollback-phase',
    'complete-deployment',
  ])('an auditor reads, and does not call %s', async (tool) => {
    expect(codeOf(await call('audrey', tool, { ...ARGUMENTS[tool], deployment: DEPLOYMENT }))).toBe('FORBIDDEN');
    expect((await call('audrey', 'deployment-status', { deployment: DEPLOYMENT })).result?.isError).toBeFalsy();
  });

  it('an approver does not deploy, and a requester does not approve', async () => {
    expect(codeOf(await call('anton', 'record-research', { deployment: DEPLOYMENT, findings: 'x' }))).toBe('FORBIDDEN');
    const answer = await answered('rita', 'rita');
    expect(JSON.stringify(answer)).toMatch(/FORBIDDEN|is for the role approver/);
    expect(await decisions()).toHaveLength(0);
  });

  it("nobody answers somebody else's question, or reads somebody else's task", async () => {
    expect(JSON.stringify(await answered('rita', 'anton'))).not.toContain('"approved"');
    const task = String(
      (await call('rita', 'request-approval', { deployment: DEPLOYMENT }, 'same-client')).result?.taskId,
    );
    expect(task).not.toBe('undefined');
    expect((await taskOf('rita', task)).result?.status).toBe('working');
    expect((await taskOf('anton', task)).error?.message).toContain('not found');
    expect(await decisions()).toHaveLength(0);
  });

  it('an approver who did not ask for the deployment decides, and the record names both', async () => {
    const answer = await answered('anton', 'anton');
    expect(answer.result?.structuredContent).toMatchObject({ status: 'approved', assurance: 'elicited' });
    const [decided] = await decisions();
    expect(decided).toMatchObject({ kind: 'person', name: 'anton', user: { subject: 'anton', roles: ['approver'] } });
  });
});

const ARGUMENTS: Record<string, Record<string, unknown>> = {
  'start-deployment': { component: 'web', namespace: 'shop' },
  'record-research': { findings: 'x' },
  'tracer-bullet': { assumption: 'x', manifest: 'y' },
  'apply-phase': { phase_number: 1 },
  'rollback-phase': { phase_number: 1 },
};

/** `asked` is shown the form, and `by` sends its answer. */
async function answered(asked: string, by: string) {
  const capabilities = { elicitation: { form: {} } };
  const params = modern({ name: 'request-approval', arguments: { deployment: DEPLOYMENT } }, capabilities);
  const headers = async (person: string) => ({
    ...bearer(await provider.token(person, resource)),
    'mcp-method': 'tools/call',
    'mcp-name': 'request-approval',
  });
  const first = message(await send(await headers(asked), { jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  const { requestState } = first.result ?? {};
  const [key = ''] = Object.keys(Object(first.result?.inputRequests));
  const content = { digest_prefix: digest.replace('sha256:', '').slice(0, 8), choice: 'approve' };
  const again = { ...params, requestState, inputResponses: { [key]: { action: 'accept', content } } };
  return message(await send(await headers(by), { jsonrpc: '2.0', id: 2, method: 'tools/call', params: again }));
}

async function taskOf(person: string, taskId: string) {
  const params = modern({ taskId }, { extensions: { 'io.modelcontextprotocol/tasks': {} } });
  const named = {
    ...params,
    _meta: { ...params._meta, 'io.modelcontextprotocol/clientInfo': { name: 'same-client', version: '1' } },
  };
  const token = await provider.token(person, resource);
  return message(
    await send(
      { ...bearer(token), 'mcp-method': 'tasks/get', 'mcp-name': taskId },
      { jsonrpc: '2.0', id: 3, method: 'tasks/get', params: named },
    ),
  );
}

async function decisions(): Promise<unknown[]> {
  const ledger = await ledgerAt(home);
  const { rows } = await ledger.read(DEPLOYMENT);
  ledger.close();
  return rows.filter((row) => Object(row.fact).type === 'decided').map((row) => row.by);
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (payload: object) => `${base64({ alg: 'none' })}.${base64(payload)}.`;
const changed = (token: string) => {
  const [head = '', , signature = ''] = token.split('.');
  return `${head}.${base64(claims({ groups: ['deployers', 'leads'] }))}.${signature}`;
};
const otherKey = async () => (await generateKeyPair('RS256', { extractable: true })).privateKey;
const byKey = (
  payload: JWTPayload,
  key: Parameters<SignJWT['sign']>[0],
  alg = 'RS256',
  header: Record<string, unknown> = {},
) => new SignJWT(payload).setProtectedHeader({ alg, kid: 'the-key', ...header }).sign(key);
async function embedded() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return byKey(claims(), privateKey, 'RS256', { jwk: await exportJWK(publicKey) });
}
