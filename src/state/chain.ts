import { createHash } from 'node:crypto';
import { canonical } from '../workflow/canonical.ts';
import type { Head, StoredRow } from './backend.ts';
import type { Damage, Digest, Row } from './ledger.ts';

/** What the first row follows. */
export const GENESIS = '0'.repeat(64);

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * SHA-256 over the previous row's hash (64 hexadecimal digits) followed by the canonical JSON of
 * {at, by, deployment, fact, seq}; whoever has an export can compute it again. `by` and `fact` are canonical already
 * and are taken as they lie in the ledger, so that no byte of them can change unnoticed.
 */
export function link(previous: string, row: Omit<StoredRow, 'previous' | 'hash'>): string {
  const [at, deployment] = [canonical(row.at), canonical(row.deployment)];
  return sha256(
    `${previous}{"at":${at},"by":${row.by},"deployment":${deployment},"fact":${row.fact},"seq":${row.seq}}`,
  );
}

export const digestOf = (body: Uint8Array): Digest => `sha256:${sha256(body)}`;
export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

/** A stored row with its JSON read; undefined when it can't be. */
export function parseRow(stored: StoredRow): Row | undefined {
  const [by, fact] = [parseJson(stored.by), parseJson(stored.fact)];
  return by === undefined || fact === undefined ? undefined : { ...stored, by, fact };
}

/** Undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Before the first row. */
export const START: Head = { seq: 0, hash: GENESIS };

/** The rows that hang together from `after` on, and the first place where they don't. */
export function checkChain(
  stored: readonly StoredRow[],
  head: Head | undefined,
  broken?: string,
  after: Head = START,
): { rows: Row[]; damaged?: Damage } {
  const rows: Row[] = [];
  let previous = after.hash;
  const damagedAt = (seq: number, why: string) => ({ rows, damaged: { seq, why } });
  for (const one of stored) {
    const seq = after.seq + rows.length + 1;
    if (one.seq > seq) return damagedAt(seq, `row ${seq} is missing`);
    if (one.seq < seq) return damagedAt(one.seq, `row ${one.seq} is not in its place`);
    if (one.previous !== previous) return damagedAt(seq, `row ${seq} does not follow the row before it`);
    if (link(previous, one) !== one.hash) return damagedAt(seq, `row ${seq} was changed: its hash does not fit`);
    const row = parseRow(one);
    if (row === undefined) return damagedAt(seq, `row ${seq} is not JSON`);
    rows.push(row);
    previous = row.hash;
  }
  const last = after.seq + rows.length;
  const next = last + 1;
  if (broken !== undefined) return damagedAt(next, `row ${next} can't be read: ${broken}`);
  if ((head?.seq ?? 0) > last) return damagedAt(next, `rows ${next} to ${head?.seq} are missing at the end`);
  if (last > 0 && (head?.seq !== last || head.hash !== previous))
    return damagedAt(last, `the ledger's note of the last row does not fit row ${last}`);
  return { rows };
}
