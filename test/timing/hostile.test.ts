import { expect, test } from 'vitest';
import { PIECES, READERS, slowness } from '../support/hostile.ts';

/** Documents have a thread and limits of their own (test/process/document-reader.test.ts); `npm run fuzz` measures them, too. */
const DIRECT = Object.keys(READERS).filter((name) => !name.endsWith(' document') || name.startsWith('quote'));

test.each(DIRECT)(
  '%s: ten times the text takes about ten times as long, whatever the text repeats',
  async (reader) => {
    const slow = [];
    for (const piece of PIECES) slow.push(await slowness(reader, piece));
    expect(slow.filter((one) => one !== undefined)).toEqual([]);
  },
  120_000,
);
