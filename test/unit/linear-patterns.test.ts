import scslre from 'scslre';
import { expect, test } from 'vitest';
import { allPatterns, type Pattern, slowWord } from '../support/patterns.ts';

/**
 * Every regular expression takes time in proportion to its text: a look at its structure (scslre). `npm run fuzz` also looks
 * at the time that each takes for texts made of the beginnings of what it matches.
 */
const patterns = allPatterns();

const told = ({ source, flags, file }: Pattern, why: string) => `${file}: /${source}/${flags}: ${why}`;

/** What backtracks: a quantifier that hands characters on to another, to itself, or is begun again at each of them. */
function reports({ source, flags }: Pattern): string[] {
  const { reports: found } = scslre.analyse(
    { source, flags },
    { reportTypes: { Move: true, Self: true, Trade: true } },
  );
  return found.map((report) =>
    report.type === 'Trade'
      ? `${report.startQuant.raw} hands characters to ${report.endQuant.raw}`
      : `${report.quant.raw} is tried again at each character`,
  );
}

test('there are patterns, those that are made from words among them', () => {
  expect(patterns.length).toBeGreaterThan(1_000);
  expect(patterns.some(({ source }) => source.includes('storage ?class('))).toBe(true);
});

test('none backtracks by its structure', () => {
  expect(patterns.flatMap((pattern) => reports(pattern).map((why) => told(pattern, why)))).toEqual([]);
}, 60_000);

test.each([
  ['quota: .*must', 'g'],
  ['\\s+$', ''],
  ['(a|b)+c', ''],
  ['x[^}]*\\}', ''],
])('the looks find what is not linear: %s', (source, flags) => {
  const pattern = { source, flags, file: '' };
  expect(reports(pattern).length > 0 || slowWord(pattern) !== undefined).toBe(true);
});
