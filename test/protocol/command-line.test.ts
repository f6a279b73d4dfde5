import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ANSWERS } from '../../src/cli/answers.ts';

const root = join(import.meta.dirname, '..', '..');
const run = (...args: string[]) => {
  const ran = spawnSync(process.execPath, [join(root, 'src', 'cli.ts'), ...args], { encoding: 'utf8', input: '' });
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
};

test('help of a command, and of a subcommand', () => {
  expect(run('help', 'check')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: infragate check') });
  expect(run('help', 'sandbox', 'up').stdout).toContain('Usage: infragate sandbox up');
  expect(run('help').stdout).toContain('Usage: infragate');
  expect(run('help', 'nope')).toMatchObject({ status: 2, stderr: expect.stringContaining('no command nope') });
});

test('the version, as people ask for it', () => {
  const said = run('--version').stdout;
  expect(said).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const form of ['-v', '-V', 'version']) expect(run(form)).toEqual({ status: 0, stdout: said, stderr: '' });
});

test('a workspace that is no folder is refused', () => {
  expect(run('--workspace', '/nowhere/at/all')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('there is no folder /nowhere/at/all'),
  });
  expect(run('--workspace', join(root, 'package.json')).stderr).toContain('is a file, not a folder');
});

describe('--json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-json-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const typed: readonly (readonly [string, number])[] = [
    ['sandbox status', 1],
    ['sandbox status --name nope', 1],
    ['sandbox up --crds nope', 2],
    ['sandbox down --name nope', 0],
    ['status', 0],
    ['status nope', 2],
    ['verify', 0],
    ['verify --decisions', 0],
    ['export', 0],
    ['export nope', 2],
    ['learnings list', 0],
    ['learnings search kafka', 1],
    ['learnings search kafka --limit all', 2],
    ['learnings export', 0],
    ['approver list', 0],
    ['check', 2],
    ['check nope.yaml', 2],
    ['ledger migrate mysql://x', 2],
    ['install --client cursor --dry-run', 0],
    ['install --client cursor', 2],
    ['waive --check x', 2],
    ['nope', 2],
  ];

  test.concurrent.each(typed)(
    '%s ends with one value: schema_version, ok, and the fields of the page',
    async (line, status) => {
      const args = [...line.split(' '), '--json'];
      const { stdout, ...ran } = await started(args, folder);
      expect(ran.status, ran.stderr).toBe(status);
      const { schema_version, ok, error, ...fields } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
      expect({ schema_version, ok }).toEqual({ schema_version: 1, ok: status === 0 });
      if (status === 2) expect(error).toEqual({ reason: expect.any(String), message: expect.stringMatching(/\w/) });
      const named = Object.entries(ANSWERS).find(([command]) => line.startsWith(command))?.[1] ?? {};
      if (!line.startsWith('status')) expect(Object.keys(named)).toEqual(expect.arrayContaining(Object.keys(fields)));
    },
  );
});

/** A machine on which nothing of infragate is. */
function started(args: readonly string[], folder: string) {
  const env = { ...process.env, HOME: folder, INFRAGATE_HOME: join(folder, 'data'), INIT_CWD: folder };
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, [join(root, 'src', 'cli.ts'), ...args], { env }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    ).stdin?.end();
  });
}
