// What the image checks say, against a real registry (go-containerregistry's): credentials, tokens, TLS, mirrors, lists.

import { afterEach, describe, expect, test } from 'vitest';
import { type CheckOptions, checkImage, parsePullSecret, readImagePolicies } from '../../src/images/index.ts';
import { pushImage } from '../../src/sandbox/sandbox.ts';
import { type RegistryOptions, startRegistry, type TestRegistry } from '../support/registry.ts';

const USERS = { ann: 'open-sesame' };
const authorization = `Basic ${Buffer.from('ann:open-sesame').toString('base64')}`;
const here = process.arch === 'arm64' ? 'arm64' : 'amd64';
const other = here === 'arm64' ? 'amd64' : 'arm64';
const nodes = (architecture: string): CheckOptions => ({ platforms: [{ os: 'linux', architecture }], timeoutMs: 5000 });

const running: TestRegistry[] = [];
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
});
async function start(options: RegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startRegistry(options);
  running.push(registry);
  return registry;
}
/** What a push needs: the password itself, or a token that may push. */
async function pusher(address: string, auth: 'basic' | 'bearer'): Promise<{ authorization: string }> {
  if (auth === 'basic') return { authorization };
  const challenge = (await fetch(`http://${address}/v2/`)).headers.get('www-authenticate') ?? '';
  const url = new URL(/realm="([^"]*)"/.exec(challenge)?.[1] ?? '');
  url.search = new URLSearchParams({
    service: /service="([^"]*)"/.exec(challenge)?.[1] ?? '',
    scope: 'repository:team/app:pull,push',
  }).toString();
  const { token }: { token: string } = JSON.parse(await (await fetch(url, { headers: { authorization } })).text());
  return { authorization: `Bearer ${token}` };
}
const secret = (host: string, password: string) =>
  parsePullSecret({ auths: { [host]: { username: 'ann', password } } }, 'imagePullSecret regcred').credentials;

describe('an open registry', () => {
  test('there, another tag, no such repository, another architecture', async () => {
    const { address } = await start();
    const digest = await pushImage(address, 'team/app:1.2.0', { files: {} });
    await pushImage(address, 'team/app:1.3.0', { files: {} });
    expect(await checkImage(`${address}/team/app:1.2.0`, nodes(here))).toMatchObject({
      verdict: { status: 'pass', reason: 'Pullable' },
      digest,
      platforms: [{ os: 'linux', architecture: here }],
    });
    expect((await checkImage(`${address}/team/app@${digest}`, nodes(here))).verdict.reason).toBe('Pullable');
    expect(await checkImage(`${address}/team/app:1.2.1`, nodes(here))).toMatchObject({
      verdict: { status: 'fail', reason: 'NotFound' },
      suggestion: 'nearest tags: 1.2.0, 1.3.0',
    });
    expect((await checkImage(`${address}/team/none:1`, nodes(here))).verdict).toMatchObject({
      status: 'fail',
      reason: 'NotFound',
    });
    expect((await checkImage(`${address}/team/app:1.2.0`, nodes(other))).verdict).toMatchObject({
      status: 'fail',
      reason: 'ArchMismatch',
    });
  });

  test('a manifest list is judged by its entries', async () => {
    const { address } = await start();
    const digest = await pushImage(address, 'list:one', { files: {} });
    const one = await fetch(`http://${address}/v2/list/manifests/one`);
    const body = await one.text();
    const type = 'application/vnd.oci.image.index.v1+json';
    const entry = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest,
      size: body.length,
      platform: { os: 'linux', architecture: here },
    };
    const put = await fetch(`http://${address}/v2/list/manifests/1`, {
      method: 'PUT',
      headers: { 'content-type': type },
      body: JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [entry] }),
    });
    expect(put.status).toBe(201);
    expect(await checkImage(`${address}/list:1`, nodes(here))).toMatchObject({
      verdict: { reason: 'Pullable' },
      platforms: [{ architecture: here }],
    });
    expect((await checkImage(`${address}/list:1`, nodes(other))).verdict.reason).toBe('ArchMismatch');
  });
});

describe('a registry with credentials', () => {
  test.each(['basic', 'bearer'] as const)('%s: right, wrong, none', async (auth) => {
    const { address } = await start({ users: USERS, auth });
    await pushImage(address, 'team/app:1', { files: {} }, await pusher(address, auth));
    const check = (options: CheckOptions) => checkImage(`${address}/team/app:1`, { ...nodes(here), ...options });
    const right = await check({ credentials: secret(address, 'open-sesame') });
    expect(right.verdict).toMatchObject({ status: 'pass', reason: 'Pullable' });
    expect(right.evidence.source).toContain('imagePullSecret regcred');
    expect(JSON.stringify(right)).not.toContain('open-sesame');
    expect((await check({ credentials: secret(address, 'wrong') })).verdict).toMatchObject({
      status: 'fail',
      reason: 'Unauthorized',
    });
    expect((await check({})).verdict).toMatchObject({ status: 'fail', reason: 'Unauthorized' });
    expect(await check({ unseen: ['Secrets of the namespace (forbidden)'] })).toMatchObject({
      verdict: { status: 'unknown' },
      deferrable: true,
    });
  });

  test('anonymous pulls with a token', async () => {
    const { address } = await start({ users: USERS, auth: 'bearer', anonymousPull: true });
    await pushImage(address, 'team/app:1', { files: {} }, await pusher(address, 'bearer'));
    expect(await checkImage(`${address}/team/app:1`, nodes(here))).toMatchObject({
      verdict: { reason: 'Pullable' },
      evidence: { attempts: [{ credential: 'anonymous' }] },
    });
  });
});

test('TLS: with the registry’s certificate trusted, without it unknown, insecure unverified', async () => {
  const { address, certificate = '' } = await start({ tls: true });
  const check = (options: CheckOptions) => checkImage(`${address}/a:1`, { ...nodes(here), ...options });
  expect((await check({ certificateAuthorities: { [address]: certificate } })).verdict.reason).toBe('NotFound');
  expect(await check({})).toMatchObject({ verdict: { status: 'unknown', reason: 'Tls' }, deferrable: true });
  expect((await check({ insecureRegistries: [address] })).verdict.reason).toBe('NotFound');
});

test('a mirror answers for Docker Hub, and says whose word sent us there', async () => {
  const { address } = await start();
  await pushImage(address, 'hub/library/redis:7', { files: {} });
  const policies = readImagePolicies([
    {
      kind: 'ImageTagMirrorSet',
      metadata: { name: 'hub' },
      spec: {
        imageTagMirrors: [
          { source: 'docker.io', mirrors: [`${address}/hub`], mirrorSourcePolicy: 'NeverContactSource' },
        ],
      },
    },
  ]);
  const answer = await checkImage('redis:7', { ...nodes(here), policies });
  expect(answer.verdict).toMatchObject({ status: 'pass', reason: 'Pullable' });
  expect(answer.evidence.source).toContain('ImageTagMirrorSet hub');
});
