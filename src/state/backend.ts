import type { Attempts, Body, Digest, Found, Line, LineFilter, Listed } from './ledger.ts';

/** As stored: the fact is canonical JSON; null when the row is gone. */
export type StoredFound = Omit<Found, 'fact'> & { readonly fact: string | null };

/** A row as a backend keeps it: `by` and `fact` are canonical JSON, kept and given back byte for byte. */
export type StoredRow = {
  readonly deployment: string;
  readonly seq: number;
  readonly at: string;
  readonly by: string;
  readonly fact: string;
  readonly previous: string;
  readonly hash: string;
};

/** Where a deployment's chain ends; kept beside the rows, so that rows missing at the end are noticed. */
export type Head = { readonly seq: number; readonly hash: string };

export type Registers = {
  readonly nonces: readonly string[];
  readonly failures: readonly { readonly key: string; readonly at: string }[];
};

/** `words`: what full-text search finds this row by. */
export type NewRow = StoredRow & { readonly words?: string };

/**
 * What storage has to do; the chain, the digests and the JSON are made above it (chained.ts). Each call is atomic, and
 * what it answered is on the disk.
 */
export interface Backend {
  /** Drawn when the ledger was made, and the same for ever: sixteen hexadecimal digits. */
  identity(): Promise<string>;
  /** Rows after `after` in order, and the head, of one moment. `broken`: storage could not read on after these rows. */
  rows(
    deployment: string,
    after: number,
  ): Promise<{ readonly rows: readonly StoredRow[]; readonly head?: Head; readonly broken?: string }>;
  /** Every deployment that has rows or a head, oldest first. */
  deployments(): Promise<
    readonly { readonly id: string; readonly head?: Head; readonly first?: StoredRow; readonly last?: StoredRow }[]
  >;
  /** As the ledger's: unchanged by this connection's own writes. */
  foreignWrites(): Promise<number>;
  head(deployment: string): Promise<Head | undefined>;
  /** All rows or none: only while the head is still the one the first row follows (`seq - 1`, `previous`). */
  insert(rows: readonly [NewRow, ...NewRow[]], line?: Line): Promise<'inserted' | 'conflict'>;
  /** As the ledger's (ledger.ts). */
  lines(filter: LineFilter, latest: number): Promise<readonly Listed[]>;
  countLines(filter: LineFilter): Promise<number>;
  unlisted(): Promise<readonly string[]>;
  setLine(deployment: string, seq: number, line: Line): Promise<void>;
  /** Rows whose fact's `what` is this, of all deployments or of those whose line has this component. */
  notes(what: 'learning' | 'judgement', component?: string): Promise<readonly StoredRow[]>;
  /** Keeps the first body of a digest. */
  putBody(digest: Digest, body: Body): Promise<void>;
  body(digest: string): Promise<Body | undefined>;
  bodies(): Promise<readonly string[]>;
  /** Digests from `first` to before `end`, in order. */
  bodiesBetween(first: string, end: string, limit: number): Promise<readonly string[]>;
  /** Rows with any of these words (letters and digits only), best first. */
  search(words: readonly string[], limit: number): Promise<readonly StoredFound[]>;
  useOnce(nonce: string): Promise<boolean>;
  /** All that was used once, and all failed attempts: for a copy of the ledger. */
  registers(): Promise<Registers>;
  /** Takes over another ledger's identity, as its copy; false when anything is recorded here already. */
  adopt(identity: string): Promise<boolean>;
  attempts(key: string): Attempts;
  close(): void;
}
