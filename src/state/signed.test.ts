import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ledgerAt } from './ledger.fixture.ts';
import type { Ledger, NewEvent } from './ledger.ts';
import { readKey, trustedKeys, unlock, writeKey } from './operator-key.ts';
import { isSignedBy, type Signer, type Statement, signerOf } from './signature.ts';

const AT = '2026-01-01T00:00:00.000Z';
const PASSPHRASE = 'correct horse battery';
const AGENT = { kind: 'agent', client: 'test' };
const OPERATOR = { kind: 'person', name: 'ann', assurance: 'operator' };

let home: string;
const opened: Ledger[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'infragate-signed-'));
});
afterEach(() => {
  for (const ledger of opened.splice(0)) ledger.close();
  rmSync(home, { recursive: true, force: true });
});

async function open(folder = home): Promise<Ledger> {
  const ledger = await ledgerAt(folder);
  opened.push(ledger);
  return ledger;
}

async function unlocked(ledger: Ledger, passphrase = PASSPHRASE): Promise<Signer> {
  const key = await readKey(home);
  const signer = key === undefined ? 'wrong' : await unlock(ledger, key, passphrase, new Date());
  if (typeof signer === 'string') throw new Error(signer);
  return signer;
}

const saw = (what: string): NewEvent => ({ at: AT, by: AGENT, fact: { type: 'observed', what } });
const DECIDED = { type: 'decided', choice: 'approve' };
const decided = (signer: Signer): NewEvent => ({
  at: AT,
  by: (previous: string) => ({
    ...OPERATOR,
    signature: signer.sign({ deployment: 'd', previous, at: AT, fact: DECIDED }),
  }),
  fact: DECIDED,
});

describe('a signature', () => {
  const key = signerOf(Buffer.alloc(32, 7));
  const statement: fc.Arbitrary<Statement> = fc.record({
    deployment: fc.string(),
    previous: fc.string(),
    at: fc.string(),
    fact: fc.dictionary(fc.string(), fc.jsonValue()),
  });

  test('fits what was signed and, changed in any part, nothing else', () => {
    fc.assert(
      fc.property(statement, statement, (one, other) => {
        const { value } = key.sign(one);
        expect(isSignedBy(key.publicKey, one, value)).toBe(true);
        for (const part of ['deployment', 'previous', 'at', 'fact'] as const) {
          const changed = { ...one, [part]: other[part] };
          const same = JSON.stringify(one[part]) === JSON.stringify(other[part]);
          if (!same) expect(isSignedBy(key.publicKey, changed, value)).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('by another key, cut short or no signature at all does not fit', () => {
    const one = { deployment: 'd', previous: '', at: AT, fact: DECIDED };
    const { value } = key.sign(one);
    expect(isSignedBy(signerOf(Buffer.alloc(32, 8)).publicKey, one, value)).toBe(false);
    expect(isSignedBy(key.publicKey, one, value.slice(0, -4))).toBe(false);
    expect(isSignedBy(key.publicKey, one, '')).toBe(false);
    expect(isSignedBy('not a key', one, value)).toBe(false);
  });
});

describe('a record that says the operator decided', () => {
  test('is whole with the signature that the passphrase makes', async () => {
    await writeKey(home, PASSPHRASE, new Date());
    const ledger = await open();
    await ledger.append('d', 0, [saw('a'), decided(await unlocked(ledger)), saw('b')]);
    expect((await ledger.read('d')).rows).toHaveLength(3);
    expect((await ledger.read('d')).damaged).toBeUndefined();
    expect(await ledger.verify()).toEqual([]);
  });

  test('without one can not be trusted from there on, although its chain holds', async () => {
    await writeKey(home, PASSPHRASE, new Date());
    const ledger = await open();
    await ledger.append('d', 0, [saw('a'), { at: AT, by: OPERATOR, fact: DECIDED }, saw('b')]);
    const { rows, damaged } = await ledger.read('d');
    expect([rows.length, damaged]).toEqual([1, { seq: 2, why: expect.stringContaining('is not signed') }]);
    expect(await ledger.verify()).toEqual([{ deployment: 'd', seq: 2, why: expect.any(String) }]);
  });

  test('made anew with other rows before the decision, hashes and all, does not pass', async () => {
    await writeKey(home, PASSPHRASE, new Date());
    const ledger = await open();
    await ledger.append('d', 0, [saw('it fails'), decided(await unlocked(ledger))]);
    const [, row] = (await ledger.read('d')).rows;
    const forged = mkdtempSync(join(tmpdir(), 'infragate-forged-'));
    try {
      // The same key counts there, and the decision is taken over byte for byte.
      writeFileSync(join(forged, 'operator.json'), JSON.stringify(await readKey(home)));
      const copy = await open(forged);
      await copy.append('d', 0, [saw('it passes'), { at: AT, by: row?.by, fact: DECIDED }]);
      expect((await copy.read('d')).damaged).toMatchObject({ seq: 2, why: expect.stringContaining('does not fit') });
      const moved = await copy.append('other', 0, [saw('it fails'), { at: AT, by: row?.by, fact: DECIDED }]);
      expect(moved.status).toBe('appended');
      expect((await copy.read('other')).damaged).toMatchObject({ seq: 2 });
    } finally {
      rmSync(forged, { recursive: true, force: true });
    }
  });

  test("signed with a key that is not the operator's does not pass; a replaced key still does", async () => {
    const old = await writeKey(home, PASSPHRASE, new Date());
    const ledger = await open();
    await ledger.append('d', 0, [decided(await unlocked(ledger))]);
    await ledger.append('e', 0, [decided(signerOf(Buffer.alloc(32, 9)))]);
    await writeKey(home, 'another long passphrase', new Date(), old);
    expect((await ledger.read('d')).damaged).toBeUndefined();
    expect((await ledger.read('e')).damaged).toMatchObject({
      why: expect.stringContaining("not one of the operator's"),
    });
  });
});

test('pinned keys are the only ones that count', async () => {
  const key = await writeKey(home, PASSPHRASE, new Date());
  const pinned = join(home, 'pinned');
  expect(await trustedKeys(home, pinned)).toEqual([key.public_key]);
  const other = signerOf(Buffer.alloc(32, 3)).publicKey;
  writeFileSync(pinned, `# the platform team\n${other} # ann\n\n`);
  expect(await trustedKeys(home, pinned)).toEqual([other]);
});
