/** `sha256:` and 64 hexadecimal digits, over the bytes of the body. */
export type Digest = `sha256:${string}`;

/** One event as it lies in the ledger. `hash` covers `previous` and all the rest (chain.ts). */
export type Row = {
  readonly deployment: string;
  /** 1, 2, 3 … without a gap. */
  readonly seq: number;
  readonly at: string;
  readonly by: unknown;
  readonly fact: unknown;
  readonly hash: string;
  readonly previous: string;
};

/** A row of a deployment, by which the chain up to it is known. */
export type Place = Pick<Row, 'seq' | 'hash'>;

export type NewEvent = {
  readonly at: string;
  /** A function is given the hash of the row before: whoever signs signs what came before, too (signature.ts). */
  readonly by: unknown;
  readonly fact: { readonly type: string } & Readonly<Record<string, unknown>>;
};

/**
 * What lists and selections need of a deployment without reading its record. Who appends gives it; nothing here checks it,
 * and nothing is allowed because of it.
 */
export type Line = {
  readonly component: string;
  readonly workspace: string;
  /** The target: the cluster's identity and its first namespace. */
  readonly cluster: string;
  readonly namespace: string;
  /** ISO 8601 UTC. */
  readonly started: string;
  /** How it was closed; empty while it is open. */
  readonly closed: string;
  /** Objects that were made outside of phases may still be in the cluster. */
  readonly leftovers: boolean;
};

export type Listed = Line & { readonly id: string };

/** Lines that have all of these values; `open` is `closed: ''`, its opposite any other. */
export type LineFilter = Partial<Pick<Line, 'component' | 'workspace' | 'cluster' | 'namespace' | 'leftovers'>> & {
  readonly open?: boolean;
};

export type Damage = { readonly seq: number; readonly why: string };
export type BadRow = Damage & { readonly deployment: string };
export type Body = { readonly body: Uint8Array; readonly mediaType: string };
/** A learning that was found: `text` is what it was found by, its title first; `fact` the row's own, null if unreadable. */
export type Found = {
  readonly deployment: string;
  readonly seq: number;
  readonly text: string;
  readonly fact: unknown;
};

/** Failed attempts at one secret (a passphrase), kept across processes and restarts. Times are ISO 8601 UTC. */
export type Attempts = { record(at?: string): Promise<void>; count(since: string): Promise<number> };

/**
 * Learnings that came from elsewhere are rows like any others, of a deployment with this id. It is verified and
 * searched like the others, and left out of `deployments()`: it never was a run of the workflow.
 */
export const LIBRARY = 'library';

/** Storage is lost: the disk is full, the file was removed, it was locked for longer than ten seconds. In a sentence. */
export class LedgerLost extends Error {}

/** Expected outcomes are values. What throws (LedgerLost): storage that is lost. */
export interface Ledger {
  /** Which ledger this is, whoever opens it from wherever: sixteen hexadecimal digits, drawn when it was made. */
  identity(): Promise<string>;
  /**
   * All rows, in order, the chain checked. Unknown deployment: no rows. When something doesn't fit, `rows` are those
   * before it and `damaged` names the first row that can't be trusted. With `after`, a row that was read before, only
   * the rows after it are read and checked; that the record no longer goes on from there is damage, too.
   */
  read(deployment: string, after?: Place): Promise<{ readonly rows: readonly Row[]; readonly damaged?: Damage }>;
  /** A number that is another one whenever somebody else wrote into the storage since: what was checked is checked again. */
  foreignWrites(): Promise<number>;
  /** The lines that fit, oldest first; with `latest`, that many of the latest. */
  lines(filter: LineFilter, latest?: number): Promise<readonly Listed[]>;
  /** How many lines there are that fit. */
  countLines(filter: LineFilter): Promise<number>;
  /** Deployments whose line is missing or older than their record; `setLine` takes one from this list. */
  unlisted(): Promise<readonly string[]>;
  /** The line of a deployment as of row `seq`; an older one than is there changes nothing. */
  setLine(deployment: string, seq: number, line: Line): Promise<void>;
  /** Rows whose fact is a learning or a judgement, of all deployments or those of a component; not verified. */
  notes(what: 'learning' | 'judgement', component?: string): Promise<readonly Row[]>;
  /** For lists, oldest first. Nothing is verified here, and `by` and `fact` are null where they can't be parsed. */
  deployments(): Promise<readonly { readonly id: string; readonly first: Row; readonly last: Row }[]>;
  /**
   * All events or none, right after row `afterSeq` (0: the deployment is new). `conflict` carries the present last
   * seq: read again, decide again. What was answered `appended` is on the disk, with the deployment's line as it is then.
   */
  append(
    deployment: string,
    afterSeq: number,
    events: readonly NewEvent[],
    line?: Line,
  ): Promise<{ readonly status: 'appended' | 'conflict'; readonly seq: number }>;
  /** The same bytes twice are one body; it keeps the media type it came with first. */
  put(body: string | Uint8Array, mediaType: string): Promise<Digest>;
  /** Undefined when there is no such body, or when its bytes no longer have this digest (verify then says so). */
  get(digest: string): Promise<Body | undefined>;
  /**
   * Digests of stored bodies that begin with these hexadecimal digits (`sha256:` may stand before them), in order, at most
   * `limit`. Fewer than four digits, or anything else, names none.
   */
  digests(prefix: string, limit?: number): Promise<readonly Digest[]>;
  /** Learnings in which any of the words occurs, best first. Anything may be in `words`; no word in it finds nothing. */
  search(words: string, limit?: number): Promise<readonly Found[]>;
  /** True the first time for this nonce, in all processes, for ever. */
  useOnce(nonce: string): Promise<boolean>;
  attempts(key: string): Attempts;
  /** The first bad row of each deployment; empty when all is well. */
  verify(): Promise<readonly BadRow[]>;
  close(): void;
}

export type LedgerError = {
  readonly status: 'error';
  readonly reason:
    | 'NoFolder'
    | 'NetworkFilesystem'
    | 'NotALedger'
    | 'NewerLedger'
    | 'DamagedLedger'
    | 'OldSqlite'
    | 'NoDriver'
    | 'Busy'
    | 'BadAddress'
    | 'Unreachable'
    | 'NoPermission';
  readonly message: string;
};

export const isLedgerError = (opened: Ledger | LedgerError): opened is LedgerError => 'reason' in opened;
