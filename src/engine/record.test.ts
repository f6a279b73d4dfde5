import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { damage } from '../../test/support/damage.ts';
import { observed, started } from '../report/fixtures/record.ts';
import type { Ledger } from '../state/index.ts';
import { freshLedger, ledgerAt } from '../state/ledger.fixture.ts';
import type { Actor, Fact } from '../workflow/index.ts';
import { policySchema } from './policy.ts';
import { appendDecided, load, type Records, recordsOf } from './record.ts';

// What one process holds of the records, over the real ledger; a second process is a second set of records.

const AT = '2026-01-01T00:00:00.000Z';
const AGENT: Actor = { kind: 'agent', client: 'test' };
const POLICY = policySchema.parse({});

let place: { ledger: Ledger; end(): void };
let reads: number[];
beforeEach(async () => {
  place = await freshLedger();
  reads = [];
  await place.ledger.append('web-1', 0, [
    { at: AT, by: AGENT, fact: started('web', { cluster: 'c', namespace: 'web', uid: 'u' }) },
  ]);
});
afterEach(() => place.end());

/** The ledger, with the number of rows that each read gave. */
const counted = (): Ledger => ({
  ...place.ledger,
  async read(id, after) {
    const found = await place.ledger.read(id, after);
    reads.push(found.rows.length);
    return found;
  },
});

const rowsRead = () => reads.reduce((sum, n) => sum + n, 0);
const fact = (): Fact => observed('test', `image:${randomUUID()}`, 'pass');
const append = (records: Records, ...facts: Fact[]) =>
  appendDecided(
    records,
    'web-1',
    AGENT,
    () => AT,
    () => facts,
  );

test('what was read once is not read again: sixty facts on a record of a thousand read each row about once', async () => {
  const records = recordsOf(counted(), POLICY);
  await append(records, ...Array.from({ length: 1000 }, fact));
  reads = [];
  for (let n = 0; n < 60; n += 1) await append(records, fact());
  expect(rowsRead()).toBeLessThanOrEqual(61);
  const loaded = await load(records, 'web-1');
  expect(loaded.ok && loaded.deployment.seq).toBe(1061);
});

test('appends of one process that come at once are all taken, in order, in few writes', async () => {
  let writes = 0;
  const ledger: Ledger = {
    ...place.ledger,
    append: (...args) => {
      writes += 1;
      return place.ledger.append(...args);
    },
  };
  const records = recordsOf(ledger, POLICY);
  const facts = Array.from({ length: 60 }, fact);
  const all = await Promise.all(facts.map((one) => append(records, one)));
  expect(all.every(({ ok }) => ok)).toBe(true);
  const { rows } = await ledger.read('web-1');
  expect(rows.slice(1).map((row) => row.fact)).toEqual(facts);
  expect(writes).toBeLessThanOrEqual(3);
});

test('each of many that come at once decides on the record as those before it leave it', async () => {
  const records = recordsOf(place.ledger, POLICY);
  const once = () =>
    appendDecided(
      records,
      'web-1',
      AGENT,
      () => AT,
      (d) => (d.written.length > 0 ? [] : [NOTE]),
    );
  await Promise.all([once(), once(), once()]);
  expect((await place.ledger.read('web-1')).rows).toHaveLength(2);
});

const NOTE: Fact = { type: 'written', what: 'research', text: 'found' };

test('a decision that fails, or is refused, takes nothing away from the others', async () => {
  const records = recordsOf(place.ledger, POLICY);
  const [first, second, third] = await Promise.allSettled([
    append(records, NOTE),
    appendDecided(
      records,
      'web-1',
      AGENT,
      () => AT,
      () => {
        throw new Error('a bug');
      },
    ),
    append(records, NOTE),
  ]);
  expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await place.ledger.read('web-1')).rows).toHaveLength(3);
});

test('two processes that append at once lose nothing and see what the other wrote', async () => {
  const [one, other] = [recordsOf(place.ledger, POLICY), recordsOf(place.ledger, POLICY)];
  await Promise.all(Array.from({ length: 90 }, (_, n) => append(n % 2 === 0 ? one : other, fact())));
  for (const records of [one, other]) {
    const loaded = await load(records, 'web-1');
    expect(loaded.ok && [loaded.deployment.seq, loaded.deployment.observations.size]).toEqual([91, 90]);
  }
});

test('what was handed out stays as it was when the record goes on', async () => {
  const records = recordsOf(place.ledger, POLICY);
  const before = await load(records, 'web-1');
  await append(records, fact(), NOTE);
  expect(before.ok && [before.deployment.seq, before.deployment.written.length]).toEqual([1, 0]);
});

test('a row that somebody changes in the file while it is held damages the record at the next look', async () => {
  const home = mkdtempSync(join(tmpdir(), 'held-'));
  const ledger = await ledgerAt(home);
  const records = recordsOf(ledger, POLICY);
  await ledger.append('app-1', 0, [
    { at: AT, by: AGENT, fact: started('busybox', { cluster: 'c', namespace: 'web', uid: 'u' }) },
    { at: AT, by: AGENT, fact: NOTE },
  ]);
  expect((await load(records, 'app-1')).ok).toBe(true);
  expect(damage(home)).toBe(2);
  const loaded = await load(records, 'app-1');
  expect(!loaded.ok && loaded.refusal).toMatchObject({
    code: 'RECORD_DAMAGED',
    message: expect.stringContaining('from row 1 on'),
  });
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

test('a record that goes on differently than it was held is damaged, and says from which row on', async () => {
  const records = recordsOf(counted(), POLICY);
  await append(records, NOTE);
  const broken: Records = {
    ...records,
    ledger: {
      ...place.ledger,
      read: async (_, after) =>
        after === undefined
          ? { rows: [], damaged: { seq: 2, why: 'row 2 was changed: its hash does not fit' } }
          : { rows: [], damaged: { seq: after.seq, why: 'the note of the last row does not fit' } },
    },
  };
  const loaded = await load(broken, 'web-1');
  expect(!loaded.ok && loaded.refusal).toMatchObject({
    code: 'RECORD_DAMAGED',
    message: expect.stringContaining('from row 2 on'),
  });
});
