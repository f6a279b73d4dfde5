import { EXIT } from '../exit.ts';
import type { Place } from './file.ts';

/** Pure: what was found, a row each, and what it means for a CI job. */

export const STATUSES = ['FAIL', 'DIVERGE', 'HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'PASS', 'NONE'] as const;
export type Status = (typeof STATUSES)[number];

export const CATEGORIES = [
  'namespaces',
  'apis',
  'images',
  'operators',
  'configuration',
  'manifests',
  'divergences',
] as const;
export type Category = (typeof CATEGORIES)[number];

export type Row = {
  readonly category: Category;
  readonly name: string;
  readonly status: Status;
  readonly reason: string;
  readonly message: string;
  readonly suggestion?: string;
  /** Where it stands: in the assumptions file, in a manifest, or in the document that was compared. */
  readonly place: Place;
  /** Why it is accepted as it is: a waiver, or deferred. */
  readonly accepted?: string;
};

/** From which finding on the exit code says no; each includes those before it. */
export const FAIL_ON = ['fail', 'unknown', 'diverge'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export type Level = 'error' | 'warning' | 'note' | 'none';

/** A MEDIUM or LOW divergence is shown, and holds nothing unless it is asked to. */
const LEVELS: Readonly<Record<Status, Level>> = {
  FAIL: 'error',
  DIVERGE: 'error',
  HIGH: 'error',
  UNKNOWN: 'error',
  MEDIUM: 'warning',
  LOW: 'note',
  PASS: 'none',
  NONE: 'none',
};

const COUNTS: Readonly<Record<FailOn, ReadonlySet<Status>>> = {
  fail: new Set<Status>(['FAIL', 'DIVERGE', 'HIGH']),
  unknown: new Set<Status>(['FAIL', 'DIVERGE', 'HIGH', 'UNKNOWN']),
  diverge: new Set<Status>(['FAIL', 'DIVERGE', 'HIGH', 'UNKNOWN', 'MEDIUM', 'LOW']),
};

export const levelOf = (row: Row, failOn: FailOn): Level => {
  if (row.accepted !== undefined) return 'note';
  const level = LEVELS[row.status];
  if (level === 'none') return 'none';
  if (COUNTS[failOn].has(row.status)) return 'error';
  return level === 'error' ? 'warning' : level;
};

export const counts = (row: Row, failOn: FailOn): boolean => levelOf(row, failOn) === 'error';

/** 0: all hold; 1: something does not; 4: nothing is known not to hold, but something can't be seen. */
export function exitOf(rows: readonly Row[], failOn: FailOn): number {
  const open = rows.filter((row) => counts(row, failOn));
  if (open.length === 0) return EXIT.done;
  return open.every((row) => row.status === 'UNKNOWN') ? EXIT.unknown : EXIT.no;
}

export function verdict(rows: readonly Row[], failOn: FailOn): string {
  const open = rows.filter((row) => counts(row, failOn));
  const unknown = open.filter((row) => row.status === 'UNKNOWN').length;
  const accepted = rows.filter((row) => row.accepted !== undefined).length;
  const also = accepted === 0 ? '' : ` ${accepted} accepted as they are.`;
  if (open.length === 0) return `All ${rows.length - accepted} hold.${also}`;
  const failed = open.length - unknown;
  const parts = [
    ...(failed === 0 ? [] : [`${failed} of ${rows.length} ${failed === 1 ? 'does' : 'do'} not hold`]),
    ...(unknown === 0 ? [] : [`${unknown} of ${rows.length} can not be seen`]),
  ];
  return `${parts.join(', ')}.${also}`;
}

export const hasOpenSentence = (rows: readonly Row[]): boolean =>
  rows.some((row) => row.category === 'configuration' && row.status !== 'PASS');

export const TITLES: Readonly<Record<Category, string>> = {
  namespaces: 'Namespace',
  apis: 'APIs',
  images: 'Images',
  operators: 'Operators',
  configuration: 'Configuration',
  manifests: 'Manifests',
  divergences: 'Documents',
};
