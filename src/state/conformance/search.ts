import { expect, test } from 'vitest';
import { type Bench, event, learning } from './bench.ts';

/** Learnings are found by their words, whatever words are asked for. */
export function search({ fresh }: Bench): void {
  test('learnings are found by any of their words, best first, and nothing else is', async () => {
    const ledger = await fresh();
    await ledger.append('d', 0, [
      learning('Mirror images first', 'The cluster can not reach docker.io; mirrored images are pulled at once.', [
        'image',
      ]),
      learning('Ask for quota', 'Phase 4 met the quota of the namespace.', ['quota']),
      event('mirror quota', { type: 'written', what: 'retro', text: 'mirror quota' }),
    ]);
    const found = await ledger.search('which quota does the namespace have?');
    expect(found[0]).toMatchObject({ deployment: 'd', seq: 2, text: expect.stringContaining('Ask for quota') });
    expect((await ledger.search('MIRRORING')).map(({ seq }) => seq)).toEqual([1]);
    expect(await ledger.search('mirror quota', 1)).toHaveLength(1);
    expect(await ledger.search('kafka')).toEqual([]);
  });

  test.each([
    '',
    '   ',
    '"',
    '""',
    "'",
    '*',
    'a*',
    'NEAR(',
    'AND',
    'NOT quota',
    'text:quota',
    'col : x',
    '^quota',
    '-quota',
    '(((',
    ')',
    '{quota}',
    '\u0000',
    '\ud800',
    '😀',
    'ａ',
    "'; DROP TABLE events; --",
    'x'.repeat(100_000),
    'a b '.repeat(20_000),
  ])('a search for %j never throws', async (words) => {
    const ledger = await fresh();
    await ledger.append('d', 0, [learning('Ask for quota', 'not near and')]);
    expect(Array.isArray(await ledger.search(words, 3))).toBe(true);
  });
}
