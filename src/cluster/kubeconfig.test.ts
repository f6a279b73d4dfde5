import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { freeze, kubeconfigText } from './frozen.ts';
import { contextsOf, readKubeconfig } from './kubeconfig.ts';
import { forClientNode, userFields } from './login.ts';
import type { Result } from './result.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, content: unknown) => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const value = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const reasonOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.reason);

const config = (name: string, user: object = { token: `token-of-${name}` }, cluster: object = {}) => ({
  clusters: [{ name: 'c', cluster: { server: `https://${name}:6443/`, ...cluster } }],
  users: [{ name: 'u', user }],
  contexts: [{ name, context: { cluster: 'c', user: 'u', namespace: 'ns' } }],
  'current-context': name,
});

test('files are merged as kubectl does: the first wins, missing ones are skipped', async () => {
  const list = [await put('one', config('one')), join(folder, 'missing'), await put('two', config('two'))];
  const merged = value(await readKubeconfig(undefined, { KUBECONFIG: list.join(delimiter) }));
  expect(contextsOf(merged)).toEqual([
    { name: 'one', cluster: 'c', server: 'https://one:6443/', user: 'u', namespace: 'ns', current: true },
    { name: 'two', cluster: 'c', server: 'https://one:6443/', user: 'u', namespace: 'ns', current: false },
  ]);
});

test('INFRAGATE_KUBECONFIG wins over KUBECONFIG, and what was asked for over both', async () => {
  const [one, two, three] = [
    await put('1', config('one')),
    await put('2', config('two')),
    await put('3', config('three')),
  ];
  const env = { INFRAGATE_KUBECONFIG: two, KUBECONFIG: one };
  expect(value(await readKubeconfig(undefined, env)).current).toBe('two');
  expect(value(await readKubeconfig(three, env)).current).toBe('three');
  expect(value(await readKubeconfig(undefined, { KUBECONFIG: one })).current).toBe('one');
});

test('no kubeconfig is an answer that says where was looked', async () => {
  const none = await readKubeconfig(undefined, { HOME: folder });
  expect(none).toMatchObject({ ok: false, error: { reason: 'NoKubeconfig' } });
  expect(none.ok ? '' : none.error.message).toContain(join(folder, '.kube', 'config'));
  const env = await readKubeconfig(undefined, { INFRAGATE_KUBECONFIG: join(folder, 'gone') });
  expect(env.ok ? '' : env.error.message).toMatch(/gone \(from INFRAGATE_KUBECONFIG\)/);
});

test('a broken kubeconfig is told by its line, never by its content', async () => {
  const broken = await readKubeconfig(await put('broken', 'users:\n- name: u\n  user: {token: "s3cr3t-token\n'), {});
  expect(reasonOf(broken)).toBe('BadKubeconfig');
  expect(JSON.stringify(broken)).toMatch(/line \d/);
  expect(JSON.stringify(broken)).not.toContain('s3cr3t');
  expect(reasonOf(await readKubeconfig(await put('text', 'just text'), {}))).toBe('BadKubeconfig');
  expect(reasonOf(await readKubeconfig(await put('list', { contexts: 'none' }), {}))).toBe('BadKubeconfig');
  expect(reasonOf(await readKubeconfig(folder, {}))).toBe('BadKubeconfig');
});

test('an unknown context names the known ones', async () => {
  const read = value(await readKubeconfig(await put('one', config('one')), {}));
  const frozen = await freeze(read, 'other');
  expect(frozen).toMatchObject({ ok: false, error: { reason: 'UnknownContext' } });
  expect(frozen.ok ? '' : frozen.error.message).toContain('it has one');
  expect(reasonOf(await freeze({ ...read, current: undefined }, undefined))).toBe('UnknownContext');
  expect(reasonOf(await freeze({ clusters: [], users: [], contexts: [], current: undefined }, undefined))).toBe(
    'UnknownContext',
  );
});

test.each([
  ['a context without a cluster', { contexts: [{ name: 'x', context: null }] }],
  ['a cluster that is not there', { clusters: [] }],
  ['a user that is not there', { users: [] }],
  ['a cluster without a server', { clusters: [{ name: 'c', cluster: {} }] }],
  ['a server that is no address', { clusters: [{ name: 'c', cluster: { server: 'nonsense' } }] }],
])('%s is BadKubeconfig', async (_, wrong) => {
  const read = value(await readKubeconfig(await put('x', { ...config('x'), ...wrong }), {}));
  expect(reasonOf(await freeze(read, 'x'))).toBe('BadKubeconfig');
});

test('freezing takes the certificates in: what happens to the files later changes nothing', async () => {
  await put('frozen/ca.crt', 'CERTIFICATE');
  const user = { 'client-certificate': 'mine.crt', tokenFile: 'token', 'as-groups': ['g'], token: 'old' };
  await put('frozen/mine.crt', 'MINE');
  const path = await put('frozen/config', config('x', user, { 'certificate-authority': 'ca.crt' }));
  const frozen = value(await freeze(value(await readKubeconfig(path, {})), undefined));
  await rm(join(folder, 'frozen'), { recursive: true });

  const text = parse(kubeconfigText(frozen));
  expect(text['current-context']).toBe('x');
  expect(text.clusters[0].cluster).toEqual({
    server: 'https://x:6443/',
    'certificate-authority-data': Buffer.from('CERTIFICATE').toString('base64'),
  });
  expect(text.users[0].user).toEqual({
    'client-certificate-data': Buffer.from('MINE').toString('base64'),
    tokenFile: join(folder, 'frozen', 'token'),
    'as-groups': ['g'],
    token: 'old',
  });
});

test('a certificate file that is not there is BadKubeconfig, and names it', async () => {
  const path = await put('nocert', config('x', {}, { 'certificate-authority': 'gone.crt' }));
  const frozen = await freeze(value(await readKubeconfig(path, {})), undefined);
  expect(frozen.ok ? '' : `${frozen.error.reason} ${frozen.error.message}`).toMatch(/^BadKubeconfig .*gone\.crt/);
});

test('only the one context is in the text for plan commands', async () => {
  const both = { ...config('a'), contexts: [...config('a').contexts, ...config('b').contexts] };
  const read = value(await readKubeconfig(await put('both', both), {}));
  const text = parse(kubeconfigText(value(await freeze(read, 'b'))));
  expect(text.contexts.map((c: { name: string }) => c.name)).toEqual(['b']);
  expect(text['current-context']).toBe('b');
});

test('login programs are told what kubectl tells them, and found where kubectl finds them', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './bin/login', provideClusterInfo: true };
  const path = await put('exec', config('x', { exec }));
  const frozen = value(await freeze(value(await readKubeconfig(path, {})), undefined));
  expect(frozen.user.fields.exec).toMatchObject({ command: join(folder, 'bin/login') });
  const given = JSON.stringify(userFields(frozen));
  expect(given).toContain('KUBERNETES_EXEC_INFO');
  expect(given).toContain('https://x:6443');
  // The kubeconfig handed on is the user's own, without what was added for client-node.
  expect(kubeconfigText(frozen)).not.toContain('KUBERNETES_EXEC_INFO');
});

test("a token file wins over a token, as in kubectl, and is client-node's auth-provider", async () => {
  const path = await put('tf', config('x', { token: 'old', tokenFile: '/t' }));
  const frozen = value(await freeze(value(await readKubeconfig(path, {})), undefined));
  expect(forClientNode(frozen)).toMatchObject({
    users: [{ user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile: '/t' } } } }],
  });
  expect(JSON.stringify(forClientNode(frozen))).not.toContain('old');
});
