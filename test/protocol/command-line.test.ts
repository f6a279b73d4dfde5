import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

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
