import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredRow } from './backend.ts';
import { checkChain, GENESIS, link } from './chain.ts';

function chainOf(marks: readonly string[]): StoredRow[] {
  let previous = GENESIS;
  return marks.map((mark, index) => {
    const content = { deployment: 'd', seq: index + 1, at: 'then', by: '{}', fact: JSON.stringify({ mark }) };
    const row = { ...content, previous, hash: link(previous, content) };
    previous = row.hash;
    return row;
  });
}
const headOf = (rows: readonly StoredRow[]) => {
  const last = rows.at(-1);
  return last && { seq: last.seq, hash: last.hash };
};

test('a chain as it was written is whole', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (marks) => {
      const rows = chainOf(marks);
      const read = checkChain(rows, headOf(rows));
      expect(read.damaged).toBeUndefined();
      expect(read.rows).toHaveLength(marks.length);
    }),
  );
});

test('any subset, any order but the written one, and any row of another history is damage at the first wrong row', () => {
  const marks = ['a', 'b', 'c', 'd', 'e'];
  const rows = chainOf(marks);
  const others = chainOf(['a', 'B', 'c', 'd', 'e']);
  const choice = fc.array(fc.constantFrom(...rows, ...others.slice(1)), { maxLength: 7 });
  fc.assert(
    fc.property(choice, (chosen) => {
      const same = (index: number) => chosen[index]?.hash === rows[index]?.hash;
      fc.pre(chosen.length !== rows.length || !chosen.every((_, index) => same(index)));
      const { rows: trusted, damaged } = checkChain(chosen, headOf(rows));
      expect(damaged).toBeDefined();
      expect(trusted.every((_, index) => chosen[index]?.seq === index + 1)).toBe(true);
    }),
  );
});

test('a row whose hash was made again fits no longer in front of the next', () => {
  const rows = chainOf(['a', 'b', 'c']);
  const forged = rows.map((row) => ({ ...row }));
  const second = forged[1];
  if (second === undefined) throw new Error('no second row');
  const changed = { ...second, fact: '{"mark":"forged"}' };
  forged[1] = { ...changed, hash: link(changed.previous, changed) };
  expect(checkChain(forged, headOf(rows)).damaged?.seq).toBe(3);
});

test('what storage could not read is damage after the rows it could', () => {
  const rows = chainOf(['a', 'b', 'c']);
  expect(checkChain(rows.slice(0, 2), headOf(rows), 'disk image is malformed').damaged).toEqual({
    seq: 3,
    why: expect.stringContaining('malformed'),
  });
});
