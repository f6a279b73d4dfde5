import { visibleLines } from '../../workflow/visible.ts';
import type { About } from './formats.ts';
import { CATEGORIES, counts, type Row } from './rows.ts';

/**
 * JUnit's XML, as GitLab, Jenkins and Azure read it: a suite a category, a case a row. Written here: the libraries for it
 * (junit-report-builder, junit-xml) bring more code than these forty lines, or are no longer kept.
 */
export function junit(rows: readonly Row[], { failOn, seconds }: About): string {
  const suites = CATEGORIES.flatMap((category) => {
    const own = rows.filter((row) => row.category === category);
    if (own.length === 0) return [];
    const cases = own.map((row) => testCase(row, counts(row, failOn))).join('');
    return [`  <testsuite name="${category}" ${totals(own, failOn)}>\n${cases}  </testsuite>\n`];
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="infragate check" ${totals(rows, failOn)} time="${seconds.toFixed(3)}">
${suites.join('')}</testsuites>`;
}

function totals(rows: readonly Row[], failOn: About['failOn']): string {
  const open = rows.filter((row) => counts(row, failOn));
  const unknown = open.filter((row) => row.status === 'UNKNOWN').length;
  const skipped = rows.filter((row) => row.accepted !== undefined).length;
  return `tests="${rows.length}" failures="${open.length - unknown}" errors="${unknown}" skipped="${skipped}"`;
}

/** A failure is a no; what could not be seen is an error, which is JUnit's word for a test that could not be judged. */
function testCase(row: Row, open: boolean): string {
  const { file, line } = row.place;
  const attributes = `name="${attribute(row.name)}" classname="infragate.${row.category}" file="${attribute(file)}" line="${line}"`;
  const words = [row.message, row.suggestion ?? ''].filter((part) => part !== '').join('\n→ ');
  if (row.accepted !== undefined)
    return `    <testcase ${attributes}><skipped message="${attribute(row.accepted)}"/></testcase>\n`;
  if (!open) return `    <testcase ${attributes}/>\n`;
  const element = row.status === 'UNKNOWN' ? 'error' : 'failure';
  return `    <testcase ${attributes}><${element} type="${attribute(row.reason)}" message="${attribute(row.message)}">${content(words)}</${element}></testcase>\n`;
}

/** What others wrote is made visible first, which leaves no control character that XML 1.0 does not know. */
const content = (text: string): string =>
  visibleLines(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const attribute = (text: string): string =>
  content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;').replaceAll('\r', '&#13;');
