import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layOut } from './layout.ts';

let home = '';
let workspace = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'infragate-layout-home-'));
  workspace = mkdtempSync(join(tmpdir(), 'infragate-layout-work-'));
});
afterEach(() => {
  for (const folder of [home, workspace]) rmSync(folder, { recursive: true, force: true });
});

const approved = (path: string, text: string) => {
  mkdirSync(join(workspace, path, '..'), { recursive: true });
  writeFileSync(join(workspace, path), text);
  return { path, sha256: createHash('sha256').update(text).digest('hex') };
};

test('the approved files are laid out, executable and read-only, and nothing else of the workspace', async () => {
  const files = [approved('scripts/check.sh', 'exit 0\n'), approved('values.yaml', 'a: 1\n')];
  approved('.env', 'PASSWORD=x');
  const folder = await layOut(home, workspace, files);
  expect(readdirSync(folder.workspace, { recursive: true }).toSorted()).toEqual([
    'scripts',
    'scripts/check.sh',
    'values.yaml',
  ]);
  expect(statSync(join(folder.workspace, 'scripts/check.sh')).mode & 0o777).toBe(0o500);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  expect(await folder.changed()).toBeUndefined();
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

test('a file that was changed after the approval is not laid out, and said', async () => {
  const file = approved('check.sh', 'exit 1\n');
  writeFileSync(join(workspace, 'check.sh'), 'exit 0\n');
  const folder = await layOut(home, workspace, [file]);
  expect(existsSync(join(folder.workspace, 'check.sh'))).toBe(false);
  expect(await folder.changed()).toBe('check.sh is not what was approved in the workspace');
  await folder.remove();
});

test('a file that is changed while commands run is said before the next one', async () => {
  const file = approved('check.sh', 'exit 1\n');
  const folder = await layOut(home, workspace, [file]);
  rmSync(join(folder.workspace, 'check.sh'));
  writeFileSync(join(folder.workspace, 'check.sh'), 'exit 0\n');
  expect(await folder.changed()).toBe('check.sh is not what was approved in the copy that runs');
  rmSync(join(workspace, 'check.sh'));
  expect(await folder.changed()).toBe('check.sh is no longer there in the workspace');
  await folder.remove();
});

test('a path out of the workspace is never laid out', async () => {
  const folder = await layOut(home, workspace, [{ path: '../../out.sh', sha256: 'x' }]);
  expect(existsSync(join(folder.workspace, '../../out.sh'))).toBe(false);
  await folder.remove();
});

test('what commands wrote is put into the workspace, over nothing that is there', async () => {
  const folder = await layOut(home, workspace, [approved('check.sh', 'exit 0\n')]);
  writeFileSync(join(folder.workspace, 'backup.sql'), 'rows');
  writeFileSync(join(folder.workspace, 'notes.md'), 'theirs');
  approved('notes.md', 'ours');
  expect(await folder.keepWritten()).toEqual(['backup.sql']);
  expect(readFileSync(join(workspace, 'backup.sql'), 'utf8')).toBe('rows');
  expect(readFileSync(join(workspace, 'notes.md'), 'utf8')).toBe('ours');
  await folder.remove();
});
