import { appendFileSync } from 'node:fs';

/**
 * One line of the benches' table. All times are the caller's: from when a call, an event or a process begins to the answer
 * in the caller's hands, in milliseconds.
 */
export type Row = {
  readonly work: string;
  readonly ours_ms: number;
  readonly rivals: readonly { readonly name: string; readonly ms: number }[];
  /** What can't be undercut by any program like ours, measured in the same run. */
  readonly floor?: { readonly name: string; readonly ms: number };
  /** The most that ours may be, against the first rival. */
  readonly most?: number;
};

const FILE = 'INFRAGATE_BENCH_ROWS';

/** Prints the row, and leaves it for the table of `npm run bench`. False: it is over its bound. */
export function report(row: Row): boolean {
  console.log(lineOf(row));
  const file = process.env[FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  return isWithin(row);
}

export const ROWS_FILE = FILE;

const isWithin = ({ most, ours_ms, rivals: [first] }: Row): boolean =>
  most === undefined || first === undefined || ours_ms <= first.ms * most;

export const HEAD = '| work | ours | rivals | ours / each | floor | bound |\n|---|---|---|---|---|---|';

export function lineOf(row: Row): string {
  const { work, ours_ms: ours, rivals, floor, most } = row;
  const bound =
    most === undefined ? '' : `≤ ${most.toFixed(2)} × ${rivals[0]?.name ?? ''}${isWithin(row) ? '' : ': OVER'}`;
  const cells = [
    work,
    time(ours),
    rivals.map(({ name, ms }) => `${name} ${time(ms)}`).join(', '),
    rivals.map(({ ms }) => (ours / ms).toFixed(2)).join(', '),
    floor === undefined ? '' : `${floor.name} ${time(floor.ms)}`,
    bound,
  ];
  return `| ${cells.join(' | ')} |`;
}

const time = (ms: number): string => (ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 2 : 0)} ms`);

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
