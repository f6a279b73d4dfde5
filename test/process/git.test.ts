import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanFiles, findTrailer, head, isRepository } from '../../src/commands/git.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'infragate-git-'));
const git = (dir: string, ...args: string[]) =>
  execFileSync('git', ['-C', dir, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
    .toString()
    .trim();

test('a folder that is no repository has no head and no clean files', async () => {
  const dir = folder();
  expect(await isRepository(dir)).toBe(false);
  expect(await head(dir)).toBeUndefined();
  expect(await cleanFiles(dir, ['a'])).toEqual(['a']);
});

test('the commit of a phase is found by its trailer, and by nothing that only looks like it', async () => {
  const dir = folder();
  git(dir, 'init', '-q');
  expect(await isRepository(dir)).toBe(true);
  expect(await head(dir)).toBeUndefined();
  expect(await findTrailer(dir, 'Infragate-Evidence', 'abc')).toBeUndefined();
  writeFileSync(join(dir, 'a.yaml'), 'a');
  git(dir, 'add', '.');
  git(dir, 'commit', '-qm', 'phase 1: x\n\nInfragate-Evidence: abc');
  const sha = git(dir, 'rev-parse', 'HEAD');
  git(
    dir,
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'not it: Infragate-Evidence: abcd\n\nbody\n\nInfragate-Evidence: abcd',
  );
  git(
    dir,
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'Infragate-Evidence: zzz in the subject\n\nInfragate-Evidence: zzz\nis text of a paragraph\n\nand more',
  );
  expect(await findTrailer(dir, 'Infragate-Evidence', 'abc')).toBe(sha);
  expect(await findTrailer(dir, 'Infragate-Evidence', 'zzz')).toBeUndefined();
  expect(await head(dir)).toBe(git(dir, 'rev-parse', 'HEAD'));
});

test('an empty commit is none, whatever its trailer; one with a change is, also where it is the first', async () => {
  const dir = folder();
  const evidence = (value: string) => `phase\n\nInfragate-Evidence: ${value}`;
  git(dir, 'init', '-q');
  git(dir, 'commit', '-q', '--allow-empty', '-m', evidence('first'));
  git(dir, 'commit', '-q', '--allow-empty', '-m', evidence('empty'));
  expect(await findTrailer(dir, 'Infragate-Evidence', 'first')).toBeUndefined();
  expect(await findTrailer(dir, 'Infragate-Evidence', 'empty')).toBeUndefined();
  writeFileSync(join(dir, 'a.yaml'), 'a');
  git(dir, 'add', '.');
  git(dir, 'commit', '-qm', evidence('empty'));
  const sha = git(dir, 'rev-parse', 'HEAD');
  git(dir, 'commit', '-q', '--allow-empty', '-m', evidence('empty'));
  expect(await findTrailer(dir, 'Infragate-Evidence', 'empty')).toBe(sha);
  const other = folder();
  git(other, 'init', '-q');
  writeFileSync(join(other, 'a.yaml'), 'a');
  git(other, 'add', '.');
  git(other, 'commit', '-qm', evidence('first'));
  expect(await findTrailer(other, 'Infragate-Evidence', 'first')).toBe(git(other, 'rev-parse', 'HEAD'));
});

test('changed, staged, untracked and ignored files are not clean', async () => {
  const dir = folder();
  git(dir, 'init', '-q');
  for (const name of ['same', 'changed', 'staged', '.gitignore'])
    writeFileSync(join(dir, name), name === '.gitignore' ? 'ignored' : 'a');
  git(dir, 'add', '.');
  git(dir, 'commit', '-qm', 'x');
  writeFileSync(join(dir, 'changed'), 'b');
  writeFileSync(join(dir, 'staged'), 'b');
  git(dir, 'add', 'staged');
  writeFileSync(join(dir, 'new'), 'b');
  writeFileSync(join(dir, 'ignored'), 'b');
  expect(await cleanFiles(dir, ['same', './same', 'changed', 'staged', 'new', 'ignored', 'absent'])).toEqual([
    'changed',
    'staged',
    'new',
    'ignored',
    'absent',
  ]);
});
