import { fixText } from '../engine/index.ts';
import type { StyledLine } from '../print/index.ts';
import { type Deployment, type Instant, position } from '../workflow/index.ts';

/** Pure: the list of deployments as a table for a terminal. */

export type Listed = {
  readonly deployment: string;
  readonly namespace: string;
  readonly stage: string;
  readonly started_at: string;
};

const HEAD = ['NAME', 'NAMESPACE', 'STAGE', 'OPEN', 'AGE', 'NEXT'];

/** `open`: those that are read whole; of the others there is nothing left to do. */
export function statusTable(
  listed: readonly Listed[],
  open: ReadonlyMap<string, Deployment>,
  now: Instant,
  width: number,
): StyledLine[] {
  const rows = listed.map((one) => {
    const d = open.get(one.deployment);
    const at = d === undefined ? undefined : position(d, now);
    const [next] = at?.next ?? [];
    return [
      one.deployment,
      one.namespace,
      one.stage,
      at === undefined ? '' : String(at.gate.open.length),
      age(one.started_at, now),
      next === undefined ? '' : fixText(next),
    ];
  });
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...rows].map((row) => (row[column] ?? '').length)));
  const laid = (row: readonly string[]) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    return line.length > width ? `${line.slice(0, width - 1)}…` : line.trimEnd();
  };
  return [[{ text: laid(HEAD), tint: 'bold' }], ...rows.map((row): StyledLine => [laid(row)])];
}

/** `3d`, `5h`, `12m`, `8s`: the largest unit, as kubectl shows ages. */
export function age(since: string, now: Instant): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;
