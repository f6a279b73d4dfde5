import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Machine, machine, pathOf, reasonToSkip, root, tool } from './tools.ts';

const conformance = tool('conformance');
const skip = reasonToSkip(conformance);

/** The suite's scenarios that apply to a server that isn't its own test server, by protocol revision. */
const OLDER = ['server-initialize', 'ping', 'tools-list', 'prompts-list', 'resources-list', 'dns-rebinding-protection'];
const NEWER = [
  'server-stateless',
  'tools-list',
  'prompts-list',
  'resources-list',
  'dns-rebinding-protection',
  'caching',
  'http-header-validation',
  'sep-2164-resource-not-found',
  'input-required-result-unsupported-methods',
];
const SCENARIOS = [
  ...OLDER.map((scenario) => ({ revision: '2025-11-25', scenario })),
  ...NEWER.map((scenario) => ({ revision: '2026-07-28', scenario })),
];

const checks = z.array(z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }));

describe.skipIf(skip !== undefined)(`the conformance suite, over HTTP${skip === undefined ? '' : ` (${skip})`}`, () => {
  let on: Machine;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    on = machine();
    server = spawn(
      join(root, 'node_modules', '.bin', 'node'),
      [join(root, 'bin', 'infragate.js'), 'serve', '--http', '0'],
      {
        cwd: on.work,
        env: { PATH: process.env.PATH, HOME: on.home, INFRAGATE_HOME: on.data },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const { stdout } = server;
    if (stdout === null) throw new Error('no output to read');
    url = await new Promise((resolve, reject) => {
      createInterface({ input: stdout }).once('line', resolve);
      server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  });
  afterAll(() => {
    server.kill('SIGTERM');
    on.end();
  });

  test.each(SCENARIOS)('$scenario, $revision', async ({ scenario, revision }) => {
    const results = mkdtempSync(join(tmpdir(), 'conformance-'));
    const args = ['server', '--url', url, '--scenario', scenario, '--spec-version', revision, '-o', results];
    const { out } = await on.run(pathOf(conformance), args);
    const [folder] = readdirSync(results);
    if (folder === undefined) throw new Error(`no result: ${out.slice(-500)}`);
    const found = checks.parse(JSON.parse(readFileSync(join(results, folder, 'checks.json'), 'utf8')));
    rmSync(results, { recursive: true, force: true });
    expect(found.filter((one) => one.status === 'SUCCESS').length).toBeGreaterThan(0);
    // Some checks ask for tools that only the suite's own test server has; they say so of themselves.
    const failed = found.filter((one) => one.status === 'FAILURE' && !one.errorMessage?.startsWith('Not testable'));
    expect(failed).toEqual([]);
  });
});
