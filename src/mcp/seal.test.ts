import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { sharedKey } from './seal.ts';

const homes: string[] = [];
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});
const folder = () => {
  const home = join(mkdtempSync(join(tmpdir(), 'infragate-seal-')), 'home');
  homes.push(home);
  return home;
};

describe('the key that seals questions', () => {
  test('is one for all who ask at once, and leaves nothing aside', async () => {
    const home = folder();
    const keys = await Promise.all(Array.from({ length: 20 }, () => sharedKey(home)));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(readdirSync(home)).toEqual(['request-state.key']);
  });

  test('is for its owner alone', async () => {
    const home = folder();
    await sharedKey(home);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, 'request-state.key')).mode & 0o777).toBe(0o600);
  });

  test('is another one for another ledger', async () => {
    expect(await sharedKey(folder())).not.toEqual(await sharedKey(folder()));
  });

  test('that is too short to seal anything is not used', async () => {
    const home = folder();
    await sharedKey(home);
    const file = join(home, 'request-state.key');
    chmodSync(file, 0o600);
    writeFileSync(file, 'short');
    await expect(sharedKey(home)).rejects.toThrow('too short');
  });
});
