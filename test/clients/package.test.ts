// What is published, tried as a stranger would: both tarballs in an empty folder, on a machine without Go.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { builtPath } from '../../src/sandbox/build.ts';
import { findCommand } from '../../src/sandbox/command.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const platformPackage = `@infragate/sandbox-${process.platform}-${process.arch}`;

const built = process.env.INFRAGATE_SANDBOX_BIN ?? builtPath();
const missing =
  built !== undefined && existsSync(built) ? undefined : 'the sandbox binary is not built (npm test builds it)';
if (missing !== undefined) console.warn(`SKIPPED the packages' tests: ${missing}`);

/** How this machine reaches its npm registry: a proxy, a certificate authority of its own, npm's settings. */
const networkOf = (all: NodeJS.ProcessEnv) =>
  Object.fromEntries(
    Object.entries(all).filter(([name]) =>
      /^(https?_proxy|no_proxy|npm_config_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i.test(name),
    ),
  );

const answer = z.object({ kubeconfig: z.string(), bin: z.string() });

describe.skipIf(missing !== undefined)('the packed packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-package-'));
  const [tarballs, empty, bin] = [join(folder, 'tarballs'), join(folder, 'empty'), join(folder, 'bin')];
  /** Node, npm and a shell; nothing else, so no Go. What was built before is out of sight, too. */
  const env = {
    ...networkOf(process.env),
    HOME: process.env.HOME ?? folder,
    PATH: bin,
    INFRAGATE_CACHE: join(folder, 'cache'),
    INFRAGATE_HOME: join(folder, 'home'),
  };
  const infragate = (...args: string[]) => run('npx', ['--no', 'infragate', ...args], { cwd: empty, env });
  const named = (start: string) => join(tarballs, readdirSync(tarballs).find((one) => one.startsWith(start)) ?? start);

  beforeAll(async () => {
    for (const one of [tarballs, empty, bin]) mkdirSync(one);
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const name of ['npm', 'npx', 'sh'])
      symlinkSync(realpathSync(findCommand(name) ?? `/bin/${name}`), join(bin, name));
    await run(process.execPath, [join(root, 'scripts', 'dev.mjs'), 'prepare'], { cwd: root });
    await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', tarballs], { cwd: root });
    await run(process.execPath, [join(root, 'scripts', 'pack-sandbox.ts'), tarballs], { cwd: root });
    await run('npm', ['init', '--yes'], { cwd: empty, env });
    const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...quiet, named('infragate-0'), named('infragate-sandbox-')], { cwd: empty, env });
  }, 240_000);

  afterAll(async () => {
    await infragate('sandbox', 'down').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('the main one is under 5 MB', () => {
    expect(statSync(named('infragate-0')).size).toBeLessThan(5 * 1024 * 1024);
  });

  test('npx infragate sandbox up starts a control plane with CRDs from the platform package, without Go', async () => {
    const up = await infragate('sandbox', 'up', '--crds', 'cnpg,openshift', '--json');
    const sandbox = answer.parse(JSON.parse(up.stdout.trim().split('\n').at(-1) ?? ''));
    const installed = realpathSync(join(empty, 'node_modules', platformPackage, 'infragate-sandbox'));
    expect(realpathSync(sandbox.bin)).toBe(installed);
    const version = await run(sandbox.bin, ['kubectl', '--kubeconfig', sandbox.kubeconfig, 'version']);
    expect(version.stdout).toMatch(/Server Version: v1\.\d+/);
    await infragate('sandbox', 'down', '--json');
  });

  test('a command with a library that reads its own parts at run time works from the package, too', async () => {
    const { stdout } = await infragate(
      'install',
      '--client',
      'cursor',
      '--dry-run',
      '--file',
      join(folder, 'mcp.json'),
    );
    expect(stdout).toContain('would be written');
  });

  test('without the platform package and without Go it says what is missing', async () => {
    rmSync(join(empty, 'node_modules', platformPackage), { recursive: true });
    await expect(infragate('sandbox', 'up', '--json')).rejects.toMatchObject({
      code: 3,
      stdout: expect.stringContaining('the go command is not in PATH'),
    });
  });
});
