import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';

/** What a ledger keeps besides events and bodies: which ledger it is, the nonces used, the attempts that failed. */
export function registers({ rig, open, fresh, start }: Bench): void {
  test('it has an identity of its own, the same for every process and at every opening', async () => {
    const place = await rig.place();
    const [one, two] = await Promise.all([open(place), open(place)]);
    const id = await one.identity();
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(await two.identity()).toBe(id);
    expect(await (await fresh()).identity()).not.toBe(id);
  });

  test('a nonce can be used once, whichever process comes first', async () => {
    const place = await rig.place();
    const racing = Array.from({ length: 5 }, () => start(place, 'once', 'the approval'));
    await Promise.all(racing.map(({ ended }) => ended));
    expect(racing.flatMap(({ lines }) => lines()).toSorted()).toEqual([false, false, false, false, true]);
    const ledger = await open(place);
    expect(await ledger.useOnce('the approval')).toBe(false);
    expect(await ledger.useOnce('another')).toBe(true);
  }, 60_000);

  test('failed attempts are counted for each key since a time, also after a restart', async () => {
    const place = await rig.place();
    const ledger = await rig.open(place);
    await ledger.attempts('alice').record('2026-03-01T10:00:00.000Z');
    await ledger.attempts('alice').record('2026-03-01T10:05:00.000Z');
    await ledger.attempts('bob').record('2026-03-01T10:05:00.000Z');
    ledger.close();
    const { count } = (await open(place)).attempts('alice');
    expect(await count('2026-03-01T00:00:00.000Z')).toBe(2);
    expect(await count('2026-03-01T10:01:00.000Z')).toBe(1);
    expect(await count('2026-03-01T11:00:00.000Z')).toBe(0);
  });
}
