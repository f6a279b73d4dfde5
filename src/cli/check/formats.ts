import { plainLine } from '../../print/index.ts';
import { table } from '../../report/index.ts';
import { visible, visibleJson } from '../../workflow/visible.ts';
import { SCHEMA_VERSION } from '../answers.ts';
import { junit } from './junit.ts';
import { CATEGORIES, counts, type FailOn, hasOpenSentence, levelOf, type Row, TITLES, verdict } from './rows.ts';
import { sarif } from './sarif.ts';
import { textReport } from './text.ts';

/** Pure: rows → the forms that people and CI systems read. */

export type About = {
  readonly files: readonly string[];
  readonly failOn: FailOn;
  readonly seconds: number;
  /** The page of all requirement sentences. */
  readonly forms: string;
  /** Columns that a line of text may have. */
  readonly width: number;
};

export const FORMATS = ['text', 'markdown', 'json', 'sarif', 'junit'] as const;
export type Format = (typeof FORMATS)[number];

export function formatted(format: Format, rows: readonly Row[], about: About): string {
  switch (format) {
    case 'text':
      return textReport(rows, about).map(plainLine).join('\n');
    case 'markdown':
      return markdown(rows, about);
    case 'json':
      return visibleJson(jsonReport(rows, about));
    case 'sarif':
      return visibleJson(sarif(rows, about.failOn));
    case 'junit':
      return junit(rows, about);
  }
}

export const jsonReport = (rows: readonly Row[], { failOn, seconds, forms }: About): object => ({
  schema_version: SCHEMA_VERSION,
  ok: !rows.some((row) => counts(row, failOn)),
  results: rows,
  fail_on: failOn,
  seconds,
  ...(hasOpenSentence(rows) ? { requirement_sentences: forms } : {}),
});

function markdown(rows: readonly Row[], { failOn, forms, files }: About): string {
  const sections = CATEGORIES.flatMap((category) => {
    const own = rows.filter((row) => row.category === category);
    if (own.length === 0) return [];
    const lines = own.map((row) => [
      row.name,
      row.accepted === undefined ? row.status : `${row.status} (accepted)`,
      `${row.message}${row.accepted === undefined ? '' : `; ${row.accepted}`}`,
      levelOf(row, failOn) === 'none' && row.suggestion === undefined ? '' : (row.suggestion ?? ''),
      `${row.place.file}:${row.place.line}`,
    ]);
    return [`## ${TITLES[category]}`, table(['name', 'status', 'found', 'suggestion', 'where'], lines)];
  });
  const end = hasOpenSentence(rows) ? [`All forms of requirement sentences: ${forms}`] : [];
  return [`# Assumptions in ${files.map(visible).join(', ')}`, verdict(rows, failOn), ...sections, ...end].join('\n\n');
}
