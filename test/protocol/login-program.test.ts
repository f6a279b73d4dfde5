import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

/** A login program that never answers: the commands that ask the cluster say so and end, and it ends with them. */
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'infragate-login-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pidFile = join(folder, 'pid');
const login = join(folder, 'login');
writeFileSync(login, `#!/bin/sh\nsleep 600 &\necho $! > '${pidFile}'\nwait\n`, { mode: 0o755 });
const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: login, interactiveMode: 'Never' };
const kubeconfig = join(folder, 'kubeconfig');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { exec } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }),
);
const assumptions = join(folder, 'assumptions.yaml');
writeFileSync(assumptions, 'assumed_apis: [apps/v1/Deployment]\n');

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

function start(args: readonly string[]) {
  rmSync(pidFile, { force: true });
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    INFRAGATE_KUBECONFIG: '',
    INFRAGATE_HOME: join(folder, 'home'),
    HOME: folder,
  };
  const child = spawn(process.execPath, [join(root, 'src', 'cli.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const ended = new Promise<{ code: number | null; signal: string | null; said: string }>((done) => {
    child.once('close', (code, signal) => done({ code, signal, said }));
  });
  return { child, ended };
}

const pidOf = (): number => {
  try {
    return Number(readFileSync(pidFile, 'utf8'));
  } catch {
    return 0;
  }
};

test.each([
  [['check', assumptions], 3],
  [['doctor'], 1],
])(
  '%s',
  async (args, code) => {
    const ended = await start(args).ended;
    expect(ended.said).toContain('did not finish in time');
    expect(ended.code).toBe(code);
    await expect.poll(() => isAlive(pidOf()), { timeout: 3000 }).toBe(false);
  },
  120_000,
);

test('interrupted meanwhile, it ends as well', async () => {
  const { child, ended } = start(['check', assumptions]);
  await expect.poll(pidOf, { timeout: 20_000 }).toBeGreaterThan(0);
  const pid = pidOf();
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ signal: 'SIGINT' });
  await expect.poll(() => isAlive(pid), { timeout: 3000 }).toBe(false);
});
