import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { ledgerConformance } from '../../src/state/conformance/index.ts';
import { openLedger } from '../../src/state/open.ts';
import { olderThan } from '../../src/state/sqlite/index.ts';
import { APPLICATION_ID } from '../../src/state/sqlite/migrate.ts';
import * as rig from '../../src/state/sqlite/rig.ts';

afterAll(rig.removePlaces);

ledgerConformance('SQLite', rig);

const at = '2026-03-01T10:00:00.000Z';
const row = (mark: string) => ({ at, by: { kind: 'server' }, fact: { type: 'mark', mark } });
const fileIn = (home: string) => join(home, 'ledger.sqlite');

/** A closed ledger with five rows and a body. */
async function written() {
  const home = await rig.place();
  const ledger = await rig.open(home);
  await ledger.append('d', 0, ['one', 'two', 'three', 'four', 'five'].map(row));
  const body = await ledger.put('evidence', 'text/plain');
  const { rows } = await ledger.read('d');
  ledger.close();
  return { home, rows, body };
}

/** The ledger's file, changed by another program. */
function change(home: string, sql: string) {
  const database = new Database(fileIn(home));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

describe('the file', () => {
  test('any single byte of a row changed on the disk, its record header too, is found by verify', async () => {
    const { home, rows } = await written();
    const sound = readFileSync(fileIn(home));
    const fact = sound.indexOf('"three"');
    const first = sound.lastIndexOf(at, fact);
    const last = sound.indexOf(rows[2]?.hash ?? '?', fact) + 64;
    expect(last - first).toBeGreaterThan(150);
    const copy = await rig.place();
    const missed: number[] = [];
    for (let offset = first - 14; offset < last; offset += 1) {
      const bytes = Buffer.from(sound);
      bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (offset % 8));
      writeFileSync(fileIn(copy), bytes);
      const ledger = await rig.open(copy);
      const bad = await ledger.verify();
      // Within the text of the row it is that row and no other; a broken header may take its neighbours along.
      const named =
        offset < first ? bad.length > 0 : bad.some(({ deployment, seq }) => deployment === 'd' && seq === 3);
      if (!named) missed.push(offset - first);
      ledger.close();
    }
    expect(missed).toEqual([]);
  }, 60_000);

  test.each([
    `UPDATE events SET fact = '{}' WHERE seq = 2`,
    'DELETE FROM events WHERE seq = 5',
    `INSERT OR REPLACE INTO events SELECT deployment, seq, at, by, '{}', previous, hash FROM events WHERE seq = 2`,
    'UPDATE heads SET seq = 3',
    'DELETE FROM heads',
    `UPDATE bodies SET body = x'00'`,
    'DELETE FROM bodies',
  ])('refuses %s', async (sql) => {
    const { home } = await written();
    expect(() => change(home, sql)).toThrow(/only|never/);
    const ledger = await rig.open(home);
    expect(await ledger.verify()).toEqual([]);
    ledger.close();
  });

  test('keeps the first body of a digest, whatever is inserted over it', async () => {
    const { home, body } = await written();
    change(home, `INSERT OR REPLACE INTO bodies VALUES ('${body}', 'text/plain', x'00')`);
    const ledger = await rig.open(home);
    expect(Buffer.from((await ledger.get(body))?.body ?? '').toString()).toBe('evidence');
    ledger.close();
  });

  test('is its owner’s alone, and so is the folder, also when it was made open before', async () => {
    const { home } = await written();
    chmodSync(home, 0o755);
    chmodSync(fileIn(home), 0o644);
    const ledger = await rig.open(home);
    await ledger.put('x', 'text/plain');
    const modes = ['', 'ledger.sqlite', 'ledger.sqlite-wal', 'ledger.sqlite-shm'].map(
      (name) => statSync(join(home, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
    ledger.close();
  });

  test('in a folder that others use too leaves the folder’s mode alone', async () => {
    const home = await rig.place();
    writeFileSync(join(home, 'theirs'), '');
    chmodSync(home, 0o755);
    (await rig.open(home)).close();
    expect(statSync(home).mode & 0o777).toBe(0o755);
  });

  test('says what it is: application_id, schema version, write-ahead log', async () => {
    const { home } = await written();
    const database = new Database(fileIn(home));
    const read = (pragma: string) => database.pragma(pragma, { simple: true });
    expect(read('application_id')).toBe(APPLICATION_ID);
    expect(read('user_version')).toBeGreaterThanOrEqual(1);
    expect(read('journal_mode')).toBe('wal');
    expect(read('integrity_check')).toBe('ok');
    database.close();
  });
});

test('a ledger of the first schema gets an identity when it is opened, and keeps what it has', async () => {
  const { home } = await written();
  change(
    home,
    `DROP TABLE identity; DROP TABLE lines; DROP TABLE unlisted; DROP INDEX learning_events; DROP INDEX judgement_events; PRAGMA user_version = 1`,
  );
  const ledger = await rig.open(home);
  const id = await ledger.identity();
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect((await ledger.read('d')).rows).toHaveLength(5);
  expect(await ledger.unlisted()).toEqual(['d']);
  ledger.close();
  const again = await rig.open(home);
  expect(await again.identity()).toBe(id);
  again.close();
  expect(() => change(home, "UPDATE identity SET id = '0123456789abcdef'")).toThrow('stays the ledger it is');
});

describe('what is not opened', () => {
  const refusal = async (home: string) => openLedger({ home });

  test('a newer ledger, and nothing in it is changed', async () => {
    const { home } = await written();
    const database = new Database(fileIn(home));
    const version = database.pragma('user_version', { simple: true });
    database.close();
    change(home, 'PRAGMA user_version = 999');
    expect(await refusal(home)).toMatchObject({
      reason: 'NewerLedger',
      message: expect.stringContaining('newer infragate'),
    });
    change(home, `PRAGMA user_version = ${version}`);
    const ledger = await rig.open(home);
    expect((await ledger.read('d')).rows).toHaveLength(5);
    ledger.close();
  });

  test('another program’s database', async () => {
    const home = await rig.place();
    change(home, 'CREATE TABLE theirs (x)');
    expect(await refusal(home)).toMatchObject({
      reason: 'NotALedger',
      message: expect.stringContaining('another program'),
    });
  });

  test('a file that is no database', async () => {
    const home = await rig.place();
    writeFileSync(fileIn(home), 'Dear diary, '.repeat(1000));
    expect(await refusal(home)).toMatchObject({ reason: 'NotALedger' });
  });

  test('a folder that is a file, or a ledger that is a folder', async () => {
    const home = await rig.place();
    writeFileSync(join(home, 'file'), '');
    expect(await refusal(join(home, 'file'))).toMatchObject({ reason: 'NoFolder' });
    mkdirSync(join(home, 'folder', 'ledger.sqlite'), { recursive: true });
    expect(await refusal(join(home, 'folder'))).toMatchObject({ reason: 'NoFolder' });
  });

  test('by an SQLite older than 3.51.3', () => {
    expect(
      ['3.51.2', '3.50.9', '2.99.99', '3.51.3', '3.51.10', '3.52.0', '4.0.0'].map((v) => olderThan(v, [3, 51, 3])),
    ).toEqual([true, true, true, false, false, false, false]);
  });
});
