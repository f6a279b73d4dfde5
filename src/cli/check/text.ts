import { type StyledLine, type Tint, wrapped } from '../../print/index.ts';
import type { About } from './formats.ts';
import {
  CATEGORIES,
  type FailOn,
  hasOpenSentence,
  type Level,
  levelOf,
  type Row,
  STATUSES,
  TITLES,
  verdict,
} from './rows.ts';

/** Pure: the report for a terminal: groups with counts, lines that are wrapped with a hanging indent. */

const INDENT = '         ';
const TINTS: Readonly<Record<Level, Tint>> = { error: 'red', warning: 'yellow', note: 'cyan', none: 'green' };

export function textReport(rows: readonly Row[], about: About): StyledLine[] {
  const { failOn, width, seconds, forms } = about;
  const groups = CATEGORIES.flatMap((category): StyledLine[] => {
    const own = rows.filter((row) => row.category === category);
    if (own.length === 0) return [];
    const counted = STATUSES.map((status) => [status, own.filter((row) => row.status === status).length] as const)
      .filter(([, n]) => n > 0)
      .map(([status, n]) => `${n} ${status}`);
    const title = [{ text: TITLES[category], tint: 'bold' as const }, ` (${counted.join(', ')})`];
    return [title, ...own.flatMap((row) => rowText(row, failOn, width)), []];
  });
  const end: StyledLine[] = hasOpenSentence(rows) ? [[`All forms of requirement sentences: ${forms}`]] : [];
  return [...groups, ...end, [{ text: verdict(rows, failOn), tint: 'bold' }, ` (${seconds.toFixed(1)} s)`]];
}

function rowText(row: Row, failOn: FailOn, width: number): StyledLine[] {
  const status = { text: row.status.padEnd(8), tint: TINTS[levelOf(row, failOn)] };
  const [first = '', ...rest] = wrapped(`${row.name}: ${row.message}`, width - INDENT.length);
  return [
    [status, ` ${first}`],
    ...rest.map((line): StyledLine => [`${INDENT}${line}`]),
    ...(row.accepted === undefined ? [] : wrappedUnder(row.accepted, '= ', width)),
    ...(row.suggestion === undefined ? [] : wrappedUnder(row.suggestion, '→ ', width)),
  ];
}

const wrappedUnder = (text: string, mark: string, width: number): StyledLine[] =>
  wrapped(text, width - INDENT.length - mark.length).map((line, index) => [
    `${INDENT}${index === 0 ? mark : ' '.repeat(mark.length)}${line}`,
  ]);
