import type { StoredRow } from '../backend.ts';

/** PostgreSQL's text has no NUL (postgresql.org/docs/current/datatype-character.html); canonical JSON never has one. */
export const text = (value: string): string => value.replaceAll('\0', '\ufffd');

export const storedRow = (row: Readonly<Record<string, unknown>>): StoredRow => ({
  deployment: String(row.deployment),
  seq: Number(row.seq),
  at: String(row.at),
  by: String(row.by),
  fact: String(row.fact),
  previous: String(row.previous),
  hash: String(row.hash),
});
