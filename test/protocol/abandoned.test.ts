import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layOut, RUN_MARK, removeAbandoned } from '../../src/commands/index.ts';

let home = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'infragate-abandoned-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

test("a killed server's folder and its commands' processes go; those of one that lives stay", async () => {
  const dead = await layOut(home, home, []);
  const living = await layOut(home, home, []);
  const record = join(dead.path, 'run.json');
  const { owner, mark } = JSON.parse(readFileSync(record, 'utf8'));
  // The same pid, born at another time: the process that wrote it is gone.
  writeFileSync(record, JSON.stringify({ owner: { ...owner, born: '1' }, mark }));
  const sleeper = spawn('sleep', ['600'], { env: { ...process.env, [RUN_MARK]: dead.mark }, detached: true });
  const other = spawn('sleep', ['600'], { env: { ...process.env, [RUN_MARK]: living.mark }, detached: true });
  children.push(sleeper, other);
  await Promise.all([once(sleeper, 'spawn'), once(other, 'spawn')]);
  const ended = once(sleeper, 'exit');
  expect(await removeAbandoned(home)).toEqual({ folders: 1, processes: 1 });
  await ended;
  expect(existsSync(dead.path)).toBe(false);
  expect(existsSync(living.path)).toBe(true);
  expect(other.exitCode ?? other.signalCode).toBeNull();
});
