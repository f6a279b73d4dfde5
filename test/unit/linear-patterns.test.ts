import { join } from 'node:path';
import scslre from 'scslre';
import { expect, test } from 'vitest';
import { literalsIn, madeIn, type Pattern, slowWord } from '../support/patterns.ts';

/**
 * Every regular expression takes time in proportion to its text. Two looks: at its structure (scslre), and at the time
 * that it takes for texts made of the beginnings of what it matches.
 */
const SOURCES = join(import.meta.dirname, '..', '..', 'src');
/** Folders that make patterns from words when they are loaded, and do nothing else then. */
const MADE_IN = ['assumptions', 'criteria', 'documents', 'objects', 'plan', 'redaction', 'review', 'shell', 'workflow'];
const patterns = [...literalsIn(SOURCES), ...madeIn(MADE_IN.map((folder) => join(SOURCES, folder)))];

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
  expect(patterns.some(({ source }) => source.includes('storage ?class(/| named'))).toBe(true);
});

test('none backtracks by its structure', () => {
  expect(patterns.flatMap((pattern) => reports(pattern).map((why) => told(pattern, why)))).toEqual([]);
}, 60_000);

test('none takes more than proportional time for a text of its own beginnings', () => {
  expect(patterns.flatMap((pattern) => slowWord(pattern) ?? [])).toEqual([]);
}, 120_000);

test.each([
  ['quota: .*must', 'g'],
  ['\\s+$', ''],
  ['(a|b)+c', ''],
  ['x[^}]*\\}', ''],
])('the looks find what is not linear: %s', (source, flags) => {
  const pattern = { source, flags, file: '' };
  expect(reports(pattern).length > 0 || slowWord(pattern) !== undefined).toBe(true);
});
