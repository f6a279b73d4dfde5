import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** How plans get into the Pod of deploy/kubernetes: its own scripts, with a real git, in a folder in place of /workspace. */
const manifest = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes', 'infragate.yaml');
const folder = mkdtempSync(join(tmpdir(), 'infragate-in-cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const container = z.object({ name: z.string(), args: z.array(z.string()) });
const deployment = z
  .object({
    kind: z.literal('Deployment'),
    spec: z.object({
      template: z.object({
        spec: z.object({ initContainers: z.array(container), containers: z.array(container) }),
      }),
    }),
  })
  .parse(
    parseAllDocuments(readFileSync(manifest, 'utf8'))
      .map((one): unknown => one.toJS())
      .find((one) => z.looseObject({ kind: z.literal('Deployment') }).safeParse(one).success),
  );
const { initContainers, containers } = deployment.spec.template.spec;
const scriptOf = (name: string, workspace: string) =>
  ([...initContainers, ...containers].find((one) => one.name === name)?.args[0] ?? 'exit 9')
    .replaceAll('/workspace', workspace)
    .replaceAll('/git/', `${workspace}/git/`)
    .replace('sleep 30', 'sleep 0.2');

const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
function git(cwd: string, ...args: string[]): void {
  const done = spawnSync('git', [...identity, ...args], { cwd, encoding: 'utf8' });
  expect(done.status, done.stderr).toBe(0);
}

const clone = (workspace: string, env: Record<string, string>) =>
  spawnSync('sh', ['-ec', scriptOf('plans-clone', workspace)], { env: { ...process.env, ...env }, encoding: 'utf8' });

test('the plans of a repository are there before the server starts, and a commit arrives later', async () => {
  const [origin, workspace] = [join(folder, 'origin'), join(folder, 'workspace')];
  for (const one of [origin, workspace]) mkdirSync(one);
  git(origin, 'init', '-q', '-b', 'main');
  writeFileSync(join(origin, 'plan.yaml'), 'component: web\n');
  git(origin, 'add', '.');
  git(origin, 'commit', '-q', '-m', 'a plan');
  const done = clone(workspace, { REPOSITORY: origin, BRANCH: 'main' });
  expect(done.status, done.stderr).toBe(0);
  expect(readFileSync(join(workspace, 'plans', 'plan.yaml'), 'utf8')).toBe('component: web\n');
  // A container that starts again in the same Pod finds what is there.
  expect(clone(workspace, { REPOSITORY: origin, BRANCH: 'main' }).status).toBe(0);

  const pull = spawn('sh', ['-c', scriptOf('plans-pull', workspace)], { stdio: 'ignore' });
  const ended = new Promise((resolve) => pull.once('close', resolve));
  try {
    writeFileSync(join(origin, 'plan.yaml'), 'component: shop\n');
    git(origin, 'commit', '-q', '-a', '-m', 'another plan');
    await expect
      .poll(() => readFileSync(join(workspace, 'plans', 'plan.yaml'), 'utf8'), { timeout: 30_000 })
      .toBe('component: shop\n');
  } finally {
    pull.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});

test('without a repository the folder is there, and empty', () => {
  const workspace = join(folder, 'none');
  mkdirSync(workspace);
  expect(clone(workspace, { REPOSITORY: '', BRANCH: 'main' }).status).toBe(0);
  expect(existsSync(join(workspace, 'plans'))).toBe(true);
});

test('a repository that is not there stops the Pod, with the reason', () => {
  const done = clone(join(folder, 'none2'), { REPOSITORY: join(folder, 'nowhere'), BRANCH: 'main' });
  expect(done.status).not.toBe(0);
  expect(done.stderr).toContain('nowhere');
});
