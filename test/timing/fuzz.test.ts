import { afterAll, expect, test } from 'vitest';
import { texts } from '../support/drawing.ts';
import { PIECES, READERS, slowness } from '../support/hostile.ts';
import { hostileCalls } from '../support/hostile-calls.ts';

/** A short `npm run fuzz`: the same seed, few draws. */
const SEED = 20261127;
const DRAWS = 4;
const edge = hostileCalls();
afterAll(() => edge.close());

test.each(Object.keys(READERS))(
  '%s: ten times a drawn text takes about ten times as long',
  async (reader) => {
    const drawn = texts(SEED);
    const slow = [];
    for (let i = 0; i < DRAWS; i += 1) slow.push(await slowness(reader, drawn()));
    expect(slow.filter((one) => one !== undefined)).toEqual([]);
  },
  120_000,
);

test.each(Object.keys(edge.calls))(
  '%s: hostile values are refused, quickly and in few words',
  async (tool) => {
    const slow = [];
    for (const piece of PIECES.slice(0, 2)) slow.push(await slowness(tool, piece, edge.calls));
    expect(slow.filter((one) => one !== undefined)).toEqual([]);
  },
  120_000,
);
