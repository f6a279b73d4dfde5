// What `infragate sandbox` promises, with the real binary: it starts quickly, twice is once, and down takes all of it.

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinary } from '../../src/sandbox/binary.ts';
import { isAlive, marked } from '../../src/sandbox/processes.ts';
import {
  copyImage,
  down,
  list,
  pushImage,
  removeImage,
  type Sandbox,
  SandboxProblem,
  status,
  up,
} from '../../src/sandbox/sandbox.ts';
import { readState } from '../../src/sandbox/state.ts';

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'infragate-sandbox-test-'));

beforeAll(() => {
  process.env.INFRAGATE_HOME = home;
});

afterAll(async () => {
  for (const one of await list()) await down({ name: one.name });
  rmSync(home, { recursive: true, force: true });
}, 60_000);

async function kubectl(sandbox: Sandbox, ...args: string[]): Promise<string> {
  return (await run(sandbox.bin, ['kubectl', '--kubeconfig', sandbox.kubeconfig, ...args])).stdout.trim();
}

async function eventually(what: () => Promise<boolean>, withinMs = 15_000): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) {
    if (await what()) return true;
  }
  return false;
}

describe('a running sandbox', () => {
  let one: Sandbox;
  let two: Sandbox;

  let again: Sandbox;

  // They start at the same time: no port or folder may be shared, and one of them is asked for twice.
  beforeAll(async () => {
    [one, two, again] = await Promise.all([
      up({ name: 'one' }),
      up({ name: 'two', nodes: 'none', crds: ['gateway'] }),
      up({ name: 'one' }),
    ]);
  }, 120_000);

  test('several run at once, each with a server and a registry of its own', () => {
    expect(new Set([one.server, two.server]).size).toBe(2);
    expect(new Set([one.registry, two.registry]).size).toBe(2);
  });

  test('up of a running one answers the same at once', async () => {
    const began = Date.now();
    expect(await up({ name: 'one' })).toEqual(one);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  test('two ups of the same name at the same time are one sandbox', () => {
    expect(again).toEqual(one);
  });

  test('up with other nodes than the running ones is refused, not ignored', async () => {
    await expect(up({ name: 'one', nodes: 'none' })).rejects.toMatchObject({ kind: 'usage' });
  });

  test('status tells what runs', async () => {
    expect(await status({ name: 'one' })).toMatchObject({
      status: 'up',
      sandbox: { nodes: 'kwok', kubeconfig: one.kubeconfig },
    });
    expect(await status({ name: 'three' })).toEqual({ status: 'none', name: 'three' });
  });

  test('the server is the Kubernetes it says it is', async () => {
    expect(JSON.parse(await kubectl(one, 'version', '-o', 'json')).serverVersion.gitVersion).toBe(one.version);
    expect(one.version).toMatch(/^v1\.\d+\.\d+$/);
  });

  test('its kubeconfig holds users who may less', async () => {
    const can = (context: string, ...what: string[]) =>
      kubectl(one, '--context', context, 'auth', 'can-i', ...what).catch((error: { stdout: string }) =>
        error.stdout.trim(),
      );
    expect(await can(one.contexts.admin, 'create', 'namespaces')).toBe('yes');
    expect(await can(one.contexts.editor, 'create', 'deployments')).toBe('yes');
    expect(await can(one.contexts.viewer, 'create', 'deployments')).toBe('no');
    expect(await can(one.contexts.viewer, 'list', 'pods')).toBe('yes');
    expect(await can(one.contexts.viewer, 'list', 'pods', '-n', 'kube-system')).toBe('no');
    expect(await can(one.contexts.nobody, 'list', 'pods')).toBe('no');
  });

  test('every request stands in the audit log by the time it is answered', async () => {
    await kubectl(one, 'create', 'configmap', 'audited');
    const lines = readFileSync(one.audit_log, 'utf8').trim().split('\n');
    const mine = lines.map((line) => JSON.parse(line)).filter((event) => event.objectRef?.name === 'audited');
    expect(mine).toMatchObject([{ verb: 'create', user: { username: 'admin' }, responseStatus: { code: 201 } }]);
  });

  test('a Pod goes Running on the kwok node; one whose image says that it is missing does not', async () => {
    await kubectl(one, 'run', 'good', '--image=redis:7');
    await kubectl(one, 'run', 'bad', '--image=registry.example/missing:1');
    expect(
      await eventually(
        async () => (await kubectl(one, 'get', 'pod', 'good', '-o', 'jsonpath={.status.phase}')) === 'Running',
      ),
    ).toBe(true);
    const reason = () =>
      kubectl(one, 'get', 'pod', 'bad', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}');
    expect(await eventually(async () => (await reason()) === 'ImagePullBackOff')).toBe(true);
  });

  test('--crds installs what the project ships', async () => {
    expect(two.crds).toEqual(['gateway']);
    expect(await kubectl(two, 'get', 'httproutes')).toBe('');
  });

  test('images are mirrored, built and removed in the registry without Docker', async () => {
    const registry = one.registry ?? '';
    const head = (path: string) => fetch(`http://${registry}/v2/${path}`, { method: 'HEAD' });
    const digest = await copyImage(registry, 'busybox:1', 'mirror/busybox:1');
    expect((await head('mirror/busybox/manifests/1')).headers.get('docker-content-digest')).toBe(digest);
    const built = await pushImage(registry, 'redis:7', {
      from: 'busybox:1',
      files: { 'data/a': { content: 'a' } },
      cmd: ['sleep', '1'],
    });
    expect((await head('redis/manifests/7')).headers.get('docker-content-digest')).toBe(built);
    await removeImage(registry, 'redis:7');
    expect((await head('redis/manifests/7')).status).toBe(404);
  });

  test('when a part is killed, status says which, up starts it anew and down still takes all of it', async () => {
    const before = processesOf('two');
    const etcd = before.find((process) => process.component === 'etcd');
    process.kill(etcd?.pid ?? 0, 'SIGKILL');
    expect(await eventually(async () => (await status({ name: 'two' })).status === 'broken')).toBe(true);
    expect(await status({ name: 'two' })).toMatchObject({ because: expect.stringContaining('etcd') });
    expect(await down({ name: 'two' })).toBe(true);
    expect(before.filter(isAlive)).toEqual([]);
    expect(marked(two.dir)).toEqual([]);
    expect(existsSync(two.dir)).toBe(false);
    expect(await down({ name: 'two' })).toBe(false);
  });

  test('a pid that the system has given to someone else is left alone', async () => {
    const stranger = spawn('sleep', ['60']);
    try {
      const path = join(one.dir, 'state.json');
      const state = JSON.parse(readFileSync(path, 'utf8'));
      state.processes.push({ component: 'etcd', pid: stranger.pid, born: 'another boot:1' });
      writeFileSync(path, JSON.stringify(state));
      expect(await down({ name: 'one' })).toBe(true);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});

test('an up that is killed half way leaves nothing that down does not find', async () => {
  const entry = new URL('../../src/sandbox/sandbox.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(entry)}).then((sandbox) => sandbox.up({ name: 'half' }))`;
  const starter = spawn(process.execPath, ['--experimental-strip-types', '-e', code], { stdio: 'ignore' });
  expect(await eventually(async () => processesOf('half').length >= 2)).toBe(true);
  starter.kill('SIGKILL');
  const started = processesOf('half');
  // As if it had died before it could write down what it started.
  rmSync(join(home, 'sandbox', 'half', 'state.json'), { force: true });
  expect(await status({ name: 'half' })).toMatchObject({ status: 'broken' });
  expect(await down({ name: 'half' })).toBe(true);
  expect(started.filter(isAlive)).toEqual([]);
}, 30_000);

test('a sandbox can be taken down while it is starting', async () => {
  const starting = up({ name: 'early', nodes: 'none' });
  const refused = expect(starting).rejects.toThrow(/early was taken down while it was starting/);
  expect(await eventually(async () => processesOf('early').length >= 2)).toBe(true);
  expect(await down({ name: 'early' })).toBe(true);
  await refused;
  expect(marked(join(home, 'sandbox', 'early'))).toEqual([]);
  expect(await status({ name: 'early' })).toEqual({ status: 'none', name: 'early' });
}, 30_000);

test('with KUBEBUILDER_ASSETS the sandbox does without what those binaries lack, and says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-assets-'));
  const binary = await findBinary();
  for (const one of ['etcd', 'kube-apiserver', 'kubectl']) symlinkSync(binary.path, join(folder, one));
  await withVariables({ INFRAGATE_SANDBOX_BIN: undefined, KUBEBUILDER_ASSETS: folder }, async () => {
    const bare = await up({ name: 'bare' });
    expect(bare).toMatchObject({ nodes: 'none', registry: null, bin: folder });
    expect(bare.notes).toContainEqual(expect.stringMatching(/has no kube-controller-manager.*kwok.*registry/));
    const config = ['--kubeconfig', bare.kubeconfig];
    await run(join(folder, 'kubectl'), [...config, 'create', 'configmap', 'a']);
    await expect(up({ name: 'bare-kwok', nodes: 'kwok' })).rejects.toMatchObject({ kind: 'environment' });
    expect(await status({ name: 'bare-kwok' })).toEqual({ status: 'none', name: 'bare-kwok' });
    await down({ name: 'bare' });
  });
  rmSync(folder, { recursive: true });
}, 60_000);

test('a start that fails says why, stops what was started, and can be tried again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-bad-'));
  const file = join(folder, 'sandbox');
  writeFileSync(file, '#!/bin/sh\necho "$1 can not start" >&2\nexit 1\n', { mode: 0o755 });
  await withVariables({ INFRAGATE_SANDBOX_BIN: file }, async () => {
    const failed = up({ name: 'bad', nodes: 'none' });
    await expect(failed).rejects.toBeInstanceOf(SandboxProblem);
    await expect(failed).rejects.toThrow(/can not start/);
    expect(marked(join(home, 'sandbox', 'bad'))).toEqual([]);
    expect(await down({ name: 'bad' })).toBe(true);
  });
  rmSync(folder, { recursive: true });
}, 30_000);

async function withVariables(values: Record<string, string | undefined>, body: () => Promise<void>): Promise<void> {
  const set = (all: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(all)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  set(values);
  try {
    await body();
  } finally {
    set(before);
  }
}

function processesOf(name: string) {
  const state = readState(name);
  return typeof state === 'object' ? state.processes : [];
}
