import fc from 'fast-check';
import { lint } from 'markdownlint/sync';
import { expect, test } from 'vitest';
import { oneLine, table } from './markdown.ts';

/** Whatever people and agents write: CommonMark reads no HTML in it, and a table keeps its columns (markdownlint's own reading). */
const PIECES = ['\\', '`', '``', '|', '<b>', '<!-- x -->', '&lt;', 'word', ' ', '*', '_', '[a](b)', '"'];
const text = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));

const RULES = { default: false, MD033: true, MD055: true, MD056: true };
const found = (content: string) =>
  Object.values(lint({ strings: { content }, config: RULES })).flatMap((all) =>
    all.map((one) => `${one.ruleNames[0]}: ${one.errorDetail ?? ''}`),
  );

test('a text of any kind lets no HTML into a line', () => {
  expect(found('- <b>')).not.toEqual([]);
  fc.assert(
    fc.property(text, (said) => {
      expect(found(`- it said ${oneLine(said)}\n`)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('nor does it change the columns of a table', () => {
  expect(found('| a | b |\n| --- | --- |\n| 1 | 2 | 3 |\n')).not.toEqual([]);
  fc.assert(
    fc.property(text, (said) => {
      expect(found(`${table(['what', 'said', 'who'], [['x', said, 'y']])}\n`)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});
