import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ledgerAt } from '../state/ledger.fixture.ts';
import { demoFolder, demoHome } from './demo-home.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'infragate-demo-home-'));
  vi.stubEnv('INFRAGATE_HOME', '');
  vi.stubEnv('XDG_DATA_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test('it is beside the user’s data folder, wherever that is, and never it', () => {
  expect(demoFolder()).toBe(join(folder, 'infragate-demo'));
  vi.stubEnv('INFRAGATE_HOME', join(folder, 'mine'));
  expect(demoFolder()).toBe(join(folder, 'mine-demo'));
});

test('it stays, and --fresh starts over', async () => {
  expect(await demoHome({ fresh: false })).toEqual({ home: join(folder, 'infragate-demo'), earlier: 0 });
  const ledger = await ledgerAt(demoFolder());
  await ledger.append('dify-1', 0, [{ at: '', by: {}, fact: { type: 'mark' } }]);
  ledger.close();
  expect((await demoHome({ fresh: false })).earlier).toBe(1);
  expect((await demoHome({ fresh: true })).earlier).toBe(0);
});

test('what is not the demo’s is not taken away', async () => {
  mkdirSync(demoFolder());
  writeFileSync(join(demoFolder(), 'diary.txt'), 'mine');
  await demoHome({ fresh: true });
  expect(existsSync(join(demoFolder(), 'diary.txt'))).toBe(true);
});

test('where it can’t be made, one demo gets a temporary one and is told why', async () => {
  writeFileSync(demoFolder(), 'a file in the way');
  const { home, earlier, instead } = await demoHome({ fresh: false });
  expect(home.startsWith(tmpdir())).toBe(true);
  expect(earlier).toBe(0);
  expect(instead).toContain('infragate-demo');
  rmSync(home, { recursive: true, force: true });
});
