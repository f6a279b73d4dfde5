import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';

/** Whatever is done to the stored rows behind the ledger's back is noticed, and named. */
export function damage({ rig, open, written }: Bench): void {
  for (const [column, from, to] of [
    ['fact', 'row 4', 'row 5'],
    ['fact', '{"mark"', '{ "mark"'],
    ['by', 'agent', 'agenT'],
    ['at', '2026-03-01', '2026-03-02'],
    ['hash', '', '!'],
    ['previous', '', '!'],
  ] as const) {
    test(`a changed ${column} (${from || 'its first character'} to ${to}) is damage at that row, and verify names it`, async () => {
      const { place } = await written();
      await rig.tamper(place, { what: 'edit', deployment: 'd', seq: 4, column, from, to });
      const ledger = await open(place);
      const { rows, damaged } = await ledger.read('d');
      expect(rows).toHaveLength(3);
      expect(damaged).toEqual({ seq: 4, why: expect.stringContaining('row 4') });
      expect(await ledger.verify()).toEqual([{ deployment: 'd', ...damaged }]);
      expect((await ledger.read('other')).damaged).toBeUndefined();
    });
  }

  test.each([
    ['in the middle', 5, 6, 5],
    ['at the beginning', 1, 1, 1],
    ['at the end', 9, 10, 9],
    ['all of them', 1, 10, 1],
  ])('rows removed %s are missed', async (_where, from, to, seq) => {
    const { place } = await written();
    await rig.tamper(place, { what: 'remove', deployment: 'd', from, to });
    const ledger = await open(place);
    expect((await ledger.read('d')).damaged).toEqual({ seq, why: expect.stringContaining('missing') });
    expect(await ledger.verify()).toMatchObject([{ deployment: 'd', seq }]);
  });

  test('two rows in each other’s place are noticed', async () => {
    const { place } = await written();
    await rig.tamper(place, { what: 'swap', deployment: 'd', one: 3, other: 7 });
    expect(await (await open(place)).verify()).toMatchObject([{ deployment: 'd', seq: 3 }]);
  });

  test('a changed evidence body is no evidence: it can’t be got, and verify names the row that rests on it', async () => {
    const { place, body } = await written();
    await rig.tamper(place, { what: 'body', digest: body });
    const ledger = await open(place);
    expect(await ledger.get(body)).toBeUndefined();
    expect(await ledger.verify()).toEqual([{ deployment: 'd', seq: 10, why: expect.stringContaining(body) }]);
  });

  test.each([
    ['the object as it was before', (digest: string) => ({ type: 'placed', before: digest })],
    ['the object as it was sent', (digest: string) => ({ type: 'placed', applied: digest })],
    ['the answer of a run', (digest: string) => ({ type: 'ended', result: digest })],
    ['the final report', (digest: string) => ({ type: 'completed', report: digest })],
    [
      'manifests that show an adjustment',
      (digest: string) => ({ type: 'written', verified_by: { manifests: digest } }),
    ],
  ])('verify names the row that rests on a changed body: %s', async (_what, fact) => {
    const { place } = await written();
    const before = await open(place);
    const digest = await before.put('another body', 'text/plain');
    const event = { at: '2026-03-01T10:00:00.000Z', by: { kind: 'server' }, fact: fact(digest) };
    await before.append('rests', 0, [event]);
    expect(await before.verify()).toEqual([]);
    before.close();
    await rig.tamper(place, { what: 'body', digest });
    const after = await open(place);
    expect(await after.verify()).toEqual([{ deployment: 'rests', seq: 1, why: expect.stringContaining(digest) }]);
  });
}
