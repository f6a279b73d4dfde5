import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { table } from '../report/index.ts';
import { EXIT } from './exit.ts';
import { version } from './version.ts';

/** Pure: the two checks' answers → rows, and the forms a CI job can use. */

export type Row = {
  readonly category: string;
  readonly name: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly suggestion?: string;
};

const CATEGORIES = ['apis', 'images', 'operators', 'configuration', 'manifests'] as const;

/** `kept`: the findings of an answer too large to tell each whole, as its evidence has them. */
export function rowsOf(answer: Readonly<Record<string, unknown>>, kept?: string): Row[] {
  const passed = record(answer.passed);
  const findings = new Map(records(record(kept === undefined ? {} : JSON.parse(kept)).items).map((i) => [i.name, i]));
  const looked = CATEGORIES.flatMap((category) =>
    records(answer[category]).map((one) => {
      const found = text(record(one.evidence).found) || text(record(findings.get(one.name)?.verdict).message);
      const reason = text(one.reason) || text(passed[category]);
      return row(
        category,
        text(one.name),
        text(one.status),
        reason,
        text(one.error) || found || reason,
        text(one.suggestion),
      );
    }),
  );
  const compared = records(answer.divergences).map((one) =>
    row(
      'divergences',
      text(one.feature),
      text(one.divergence),
      text(one.rule) || text(one.id),
      sentence(one.local),
      sentence(one.adjustment),
    ),
  );
  return [...looked, ...compared];
}

const row = (
  category: string,
  name: string,
  status: string,
  reason: string,
  message: string,
  suggestion: string,
): Row => ({
  category,
  name,
  status,
  reason,
  message,
  ...(suggestion === '' ? {} : { suggestion }),
});

/** What stands against going on. A MEDIUM or LOW divergence is told, but holds nothing. */
const LEVELS: Readonly<Record<string, 'error' | 'warning' | 'note' | 'none'>> = {
  FAIL: 'error',
  DIVERGE: 'error',
  HIGH: 'error',
  UNKNOWN: 'error',
  MEDIUM: 'warning',
  LOW: 'note',
  PASS: 'none',
  NONE: 'none',
};
const levelOf = (status: string) => LEVELS[status] ?? 'error';

export const exitOf = (rows: readonly Row[]): number =>
  rows.length > 0 && rows.every((one) => levelOf(one.status) !== 'error') ? EXIT.done : EXIT.no;

export function plain(rows: readonly Row[]): string {
  const lines = rows.map((one) => {
    const next = one.suggestion === undefined || levelOf(one.status) === 'none' ? '' : `\n         → ${one.suggestion}`;
    return `${one.status.padEnd(8)} ${one.name}: ${one.message}${next}`;
  });
  return [...lines, verdict(rows)].join('\n');
}

const verdict = (rows: readonly Row[]): string => {
  const open = rows.filter((one) => levelOf(one.status) === 'error').length;
  return open === 0 ? `All ${rows.length} hold.` : `${open} of ${rows.length} do not hold, or can not be seen.`;
};

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((one) => [one.category, one.name, one.status, one.message, one.suggestion ?? '']);
  const found = table(['what', 'name', 'status', 'found', 'suggestion'], lines);
  return ['# Assumptions', verdict(rows), found].join('\n\n');
}

/** SARIF 2.1.0 (OASIS): one result for each row that isn't simply so. */
export function sarif(rows: readonly Row[], file: string): object {
  const told = rows.filter((one) => levelOf(one.status) !== 'none');
  const rules = [...new Set(told.map((one) => `${one.category}/${one.reason}`))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'infragate', version: version(), rules: rules.map((id) => ({ id })) } },
        results: told.map((one) => ({
          ruleId: `${one.category}/${one.reason}`,
          level: levelOf(one.status),
          message: {
            text: `${one.status} ${one.name}: ${one.message}${one.suggestion === undefined ? '' : ` → ${one.suggestion}`}`,
          },
          locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
        })),
      },
    ],
  };
}

/** RFC 3986: relative to the folder that the command was called in, unless it is absolute. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split(sep).map(encodeURIComponent).join('/');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const sentence = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const records = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    : [];
