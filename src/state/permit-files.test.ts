import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginPermits, writePermitFile } from './permit-files.ts';
import { readPermitFiles } from './permit-read.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'permits-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (name = 'web-1') => join(home, 'permits', `${name}.json`);
const write = (seq: number, more = {}) => writePermitFile(home, 'web-1', seq, { deployment: 'web-1', seq, ...more });

test('a folder without a ledger has nothing open; one that has begun and is empty, too', async () => {
  expect(readPermitFiles(home)).toEqual({ permits: [], faults: [] });
  await beginPermits(home);
  expect(readPermitFiles(home)).toEqual({ permits: [], faults: [] });
});

test('what was written is read; a closed deployment is gone', async () => {
  await write(3);
  expect(readPermitFiles(home).permits).toMatchObject([{ deployment: 'web-1', seq: 3 }]);
  await writePermitFile(home, 'web-1', 4, undefined);
  expect(readPermitFiles(home)).toEqual({ permits: [], faults: [] });
});

test('a permit that was edited, made up, put back or taken away is a fault', async () => {
  await write(3, { phase: 1 });
  const earlier = readFileSync(file(), 'utf8');
  await write(4);
  const now = readFileSync(file(), 'utf8');
  for (const text of [now.replace('"seq":4', '"phase":1,"seq":4'), '{"deployment":"web-1","seq":9}', earlier, '{']) {
    writeFileSync(file(), text);
    const { permits, faults } = readPermitFiles(home);
    expect(permits).toEqual([]);
    expect(faults).toHaveLength(1);
  }
  rmSync(file());
  expect(readPermitFiles(home).faults[0]).toContain('web-1');
  writeFileSync(file(), now);
  expect(readPermitFiles(home).faults).toEqual([]);
});

test.each([
  ['the list of what is open', () => rmSync(file('open'))],
  ['an edited list', () => writeFileSync(file('open'), '{"open":{}}')],
  ['the key', () => rmSync(join(home, 'permit.key'))],
  ['another key', () => writeFileSync(join(home, 'permit.key'), 'guessed')],
  ['all permits', () => rmSync(join(home, 'permits'), { recursive: true })],
])('without %s nothing is known, and that is a fault', async (_what, change) => {
  await write(3);
  change();
  const { permits, faults } = readPermitFiles(home);
  expect([permits, faults.length]).toEqual([[], 1]);
});

test('a ledger whose permits were all removed is a fault, not an empty one', () => {
  writeFileSync(join(home, 'ledger.sqlite'), '');
  expect(readPermitFiles(home).faults).toHaveLength(1);
});

test('many writers at once lose none', async () => {
  await Promise.all(
    Array.from({ length: 12 }, (_, i) => writePermitFile(home, `d-${i}`, 1, { deployment: `d-${i}`, seq: 1 })),
  );
  expect(readPermitFiles(home).permits).toHaveLength(12);
});
