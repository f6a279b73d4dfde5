// The sandbox's registry asks for credentials as real ones do: what the image checks are tried against must be right.

import { get } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { pushImage } from '../../src/sandbox/sandbox.ts';
import { type RegistryOptions, startRegistry, type TestRegistry } from '../support/registry.ts';

let registry: TestRegistry;
afterEach(() => registry.stop());

const USERS = { ann: 'secret' };
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const start = async (options: RegistryOptions) => {
  registry = await startRegistry(options);
  return registry.address;
};
const pull = (address: string, authorization?: string) =>
  fetch(`http://${address}/v2/a/manifests/1`, { headers: authorization === undefined ? {} : { authorization } });

/** The token a client gets when it follows the challenge. */
async function token(challenge: string | null, authorization?: string): Promise<string | number> {
  const field = (name: string) => challenge?.match(new RegExp(`${name}="([^"]*)"`))?.[1] ?? '';
  const url = new URL(field('realm'));
  url.search = new URLSearchParams({ service: field('service'), scope: field('scope') }).toString();
  const answer = await fetch(url, { headers: authorization === undefined ? {} : { authorization } });
  return answer.ok ? ((await answer.json()) as { token: string }).token : answer.status;
}

test('basic: no credentials, wrong ones and right ones', async () => {
  const address = await start({ users: USERS, auth: 'basic' });
  await pushImage(address, 'a:1', { files: { a: { content: 'a' } } }, { authorization: basic('ann', 'secret') });
  const refused = await pull(address);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="infragate sandbox"']);
  expect((await pull(address, basic('ann', 'wrong'))).status).toBe(401);
  expect((await pull(address, basic('ann', 'secret'))).status).toBe(200);
});

test('bearer: a token is for one repository and for pulling or pushing', async () => {
  const address = await start({ users: USERS, auth: 'bearer' });
  const ann = basic('ann', 'secret');
  const refused = await pull(address);
  const challenge = refused.headers.get('www-authenticate');
  expect(challenge).toBe(
    `Bearer realm="http://${address}/token",service="infragate-sandbox",scope="repository:a:pull"`,
  );
  expect(await token(challenge)).toBe(401);
  expect(await token(challenge, basic('ann', 'wrong'))).toBe(401);
  const authorization = `Bearer ${await token(challenge, ann)}`;
  await expect(pushImage(address, 'a:1', {}, { authorization })).rejects.toThrow('401');
  const pushing = `Bearer ${await token(challenge?.replace(':pull"', ':pull,push"') ?? '', ann)}`;
  await pushImage(address, 'a:1', {}, { authorization: pushing });
  expect((await pull(address, authorization)).status).toBe(200);
  expect((await fetch(`http://${address}/v2/b/manifests/1`, { headers: { authorization } })).status).toBe(401);
});

test('bearer with anonymous pulls: a token without credentials pulls and does not push', async () => {
  const address = await start({ users: USERS, auth: 'bearer', anonymousPull: true });
  const challenge = (await pull(address)).headers.get('www-authenticate');
  const authorization = `Bearer ${await token(challenge?.replace(':pull"', ':pull,push"') ?? '')}`;
  expect((await pull(address, authorization)).status).toBe(404);
  await expect(pushImage(address, 'a:1', {}, { authorization })).rejects.toThrow('401');
});

test('tls: the certificate it made is the one to trust', async () => {
  const address = await start({ tls: true });
  const ask = (ca?: string) =>
    new Promise((done) => {
      const sent = get(`https://${address}/v2/`, ca === undefined ? {} : { ca }, (answer) => done(answer.statusCode));
      sent.on('error', (error) => done('code' in error ? error.code : error.message));
    });
  expect(await ask(registry.certificate)).toBe(200);
  expect(await ask()).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
});
