import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyLedger, isLedgerError, type Ledger, LIBRARY, openLedger } from '../../src/state/index.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { open, placesOn } from './rig.ts';

const missing = postgresPrograms() === undefined;
if (missing) console.error('SKIPPED copies between SQLite and PostgreSQL: it is missing (apt-get install postgresql)');

const at = '2026-03-01T10:00:00.000Z';
const row = (mark: string, more = {}) => ({ at, by: { kind: 'server' }, fact: { type: 'mark', mark, ...more } });
const line = {
  component: 'web',
  workspace: '/w',
  cluster: 'c',
  namespace: 'n',
  started: at,
  closed: '',
  leftovers: true,
};
const newHome = () => mkdtempSync(join(tmpdir(), 'infragate-copy-'));

async function inFolder(home: string): Promise<Ledger> {
  const ledger = await openLedger({ home });
  if (isLedgerError(ledger)) throw new Error(ledger.message);
  return ledger;
}

/** A ledger with all that a ledger keeps. */
async function written() {
  const home = newHome();
  const ledger = await inFolder(home);
  const body = await ledger.put(new Uint8Array([0, 255, 1, 2]), 'application/octet-stream');
  await ledger.append('a', 0, [row('one'), row('two', { body })], line);
  await ledger.append(
    'b',
    0,
    Array.from({ length: 450 }, (_, n) => row(`${n}`)),
  );
  const fact = { type: 'written', what: 'learning', title: 'Ask for quota', text: 'first' };
  await ledger.append(LIBRARY, 0, [{ at, by: { kind: 'server' }, fact }]);
  await ledger.useOnce('used');
  await ledger.attempts('alice').record(at);
  await ledger.attempts('alice').record(at);
  return { home, ledger, body };
}

async function whole(ledger: Ledger, original: Ledger, body: string) {
  expect(await ledger.identity()).toBe(await original.identity());
  for (const id of ['a', 'b', LIBRARY]) expect(await ledger.read(id)).toEqual(await original.read(id));
  const [copied, first] = [await ledger.get(body), await original.get(body)];
  expect(copied?.mediaType).toBe(first?.mediaType);
  expect(Buffer.compare(copied?.body ?? new Uint8Array(), first?.body ?? new Uint8Array())).toBe(0);
  expect(await ledger.lines({})).toEqual(await original.lines({}));
  expect(await ledger.unlisted()).toEqual(await original.unlisted());
  expect((await ledger.search('quota')).map(({ deployment }) => deployment)).toEqual([LIBRARY]);
  expect([await ledger.useOnce('used'), await ledger.attempts('alice').count(at)]).toEqual([false, 2]);
  expect(await ledger.verify()).toEqual([]);
}

describe.skipIf(missing)('a ledger in another place', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.end());
  const place = placesOn(() => server);

  test('is the same there and back again: rows, bodies, lines, nonces, attempts, identity', async () => {
    const { home, ledger, body } = await written();
    const address = await place();
    expect(await copyLedger({ home }, { address })).toEqual({
      deployments: 3,
      rows: 453,
      bodies: 1,
      nonces: 1,
      attempts: 2,
    });
    const there = await open(address);
    await whole(there, ledger, body);
    there.close();
    const back = newHome();
    expect(await copyLedger({ address }, { home: back })).toMatchObject({ rows: 453 });
    await whole(await inFolder(back), ledger, body);
    // And once more: nothing is missing.
    expect(await copyLedger({ home }, { address })).toEqual({
      deployments: 3,
      rows: 0,
      bodies: 0,
      nonces: 0,
      attempts: 0,
    });
    ledger.close();
  });

  test('that was cut off goes on where it was, and takes what came since', async () => {
    const { home, ledger } = await written();
    const address = await place();
    const cut = copyLedger({ home }, { address }, () => {
      throw new Error('cut off');
    });
    await expect(cut).rejects.toThrow('cut off');
    await ledger.append('a', 2, [row('three')], line);
    const rest = await copyLedger({ home }, { address });
    expect(rest).toMatchObject({ bodies: 0, nonces: 0, attempts: 0 });
    if ('reason' in rest) throw new Error(rest.message);
    expect(rest.rows).toBeLessThan(454);
    const there = await open(address);
    expect(await there.read('a')).toEqual(await ledger.read('a'));
    there.close();
    ledger.close();
  });

  test('is not written over another one, nor over a copy that went on, and not made of a damaged one', async () => {
    const { home, ledger } = await written();
    ledger.close();
    const other = await place();
    const theirs = await open(other);
    await theirs.append('x', 0, [row('theirs')]);
    theirs.close();
    expect(await copyLedger({ home }, { address: other })).toMatchObject({
      reason: 'NotALedger',
      message: expect.stringContaining('another ledger'),
    });
    const address = await place();
    await copyLedger({ home }, { address });
    const copy = await open(address);
    await copy.append('a', 2, [row('on its own')]);
    copy.close();
    expect(await copyLedger({ home }, { address })).toMatchObject({
      message: expect.stringContaining('went on by itself'),
    });
    const database = new Database(join(home, 'ledger.sqlite'));
    database.exec(
      "DROP TRIGGER events_are_not_changed; UPDATE events SET fact = '{}' WHERE deployment = 'b' AND seq = 7",
    );
    database.close();
    const empty = await place();
    expect(await copyLedger({ home }, { address: empty })).toMatchObject({
      reason: 'DamagedLedger',
      message: expect.stringContaining('row 7'),
    });
    expect(await (await open(empty)).deployments()).toEqual([]);
  });

  test('by the command line, in a sentence and in JSON', async () => {
    const { home, ledger } = await written();
    ledger.close();
    const address = await place();
    const infragate = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../bin/infragate.js'), 'ledger', ...args]);
    const { stdout } = await infragate('copy', '--from', home, '--to', address, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, copied: { rows: 453 } });
    expect((await infragate('migrate', address)).stdout).toContain('of this version');
    await expect(infragate('migrate', 'mysql://x')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Right is postgres://'),
    });
  });
});
