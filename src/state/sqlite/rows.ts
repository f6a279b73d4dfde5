import type { Database } from 'better-sqlite3';
import type { Backend, Head, NewRow, StoredFound, StoredRow } from '../backend.ts';
import { type Body, LIBRARY, type Line } from '../ledger.ts';
import { linesOf } from './lines.ts';

const COLUMNS = 'deployment, seq, at, by, fact, previous, hash';

/**
 * Statements over an opened, migrated database. The types of rows are the schema's (STRICT tables hold them). Every
 * transaction is one synchronous function: nothing is awaited while a lock is held.
 */
export function sqliteBackend(database: Database): Backend {
  const rowsAfter = database.prepare<[string, number], StoredRow>(
    `SELECT ${COLUMNS} FROM events WHERE deployment = ? AND seq > ? ORDER BY seq`,
  );
  const end = (order: 'ASC' | 'DESC') =>
    database.prepare<[string], StoredRow>(
      `SELECT ${COLUMNS} FROM events WHERE deployment = ? ORDER BY seq ${order} LIMIT 1`,
    );
  const [firstOf, lastOf] = [end('ASC'), end('DESC')];
  const identity = database.prepare<[], string>('SELECT id FROM identity').pluck();
  const headOf = database.prepare<[string], Head>('SELECT seq, hash FROM heads WHERE deployment = ?');
  const started = database.prepare<[], string>('SELECT deployment FROM heads ORDER BY started, deployment').pluck();
  const withRows = database.prepare<[], string>('SELECT DISTINCT deployment FROM events').pluck();
  const addRow = database.prepare<[StoredRow]>(
    `INSERT INTO events (${COLUMNS}) VALUES (@deployment, @seq, @at, @by, @fact, @previous, @hash)`,
  );
  const addWords = database.prepare<[string, number, string]>(
    'INSERT INTO learnings (deployment, seq, text) VALUES (?, ?, ?)',
  );
  const setHead = database.prepare<[Pick<StoredRow, 'deployment' | 'seq' | 'hash' | 'at'>]>(
    `INSERT INTO heads (deployment, seq, hash, started) VALUES (@deployment, @seq, @hash, @at)
     ON CONFLICT (deployment) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
  );
  const addBody = database.prepare<[string, string, Uint8Array]>(
    'INSERT INTO bodies (digest, media_type, body) VALUES (?, ?, ?)',
  );
  const bodyOf = database.prepare<[string], Body>('SELECT body, media_type AS mediaType FROM bodies WHERE digest = ?');
  const digests = database.prepare<[], string>('SELECT digest FROM bodies').pluck();
  const digestsBetween = database
    .prepare<[string, string, number], string>(
      'SELECT digest FROM bodies WHERE digest >= ? AND digest < ? ORDER BY digest LIMIT ?',
    )
    .pluck();
  const found = database.prepare<[string, number], StoredFound>(
    `SELECT deployment, seq, text, (
       SELECT fact FROM events WHERE events.deployment = learnings.deployment AND events.seq = learnings.seq
     ) AS fact FROM learnings WHERE learnings MATCH ? ORDER BY rank, rowid LIMIT ?`,
  );
  const nonces = database.prepare<[], string>('SELECT nonce FROM nonces ORDER BY nonce').pluck();
  const failures = database.prepare<[], { key: string; at: string }>('SELECT key, at FROM failures ORDER BY key, at');
  const adopt = database.transaction((id: string): boolean => {
    if (identity.get() === id) return true;
    const recorded = 'SELECT 1 FROM heads UNION ALL SELECT 1 FROM bodies UNION ALL SELECT 1 FROM nonces LIMIT 1';
    if (database.prepare(recorded).get() !== undefined) return false;
    const guard = database.prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'identity_is_not_changed'");
    const trigger = guard.pluck().get() ?? '';
    database.exec('DROP TRIGGER identity_is_not_changed');
    database.prepare('UPDATE identity SET id = ?').run(id);
    database.exec(trigger);
    return true;
  });
  const addNonce = database.prepare<[string]>('INSERT INTO nonces (nonce) VALUES (?) ON CONFLICT DO NOTHING');
  const addFailure = database.prepare<[string, string]>('INSERT INTO failures (key, at) VALUES (?, ?)');
  const failuresOf = database
    .prepare<[string, string], number>('SELECT count(*) FROM failures WHERE key = ? AND at >= ?')
    .pluck();

  const lines = linesOf(database);
  const columns = COLUMNS.split(', ').map((name) => `events.${name}`);
  const noted = (what: string) => `instr(fact, '"what":"${what}"') > 0`;
  const notesOf = (what: 'learning' | 'judgement', component?: string) =>
    component === undefined
      ? database.prepare<[], StoredRow>(`SELECT ${COLUMNS} FROM events WHERE ${noted(what)}`).iterate()
      : database
          .prepare<[string], StoredRow>(
            `SELECT ${columns} FROM lines JOIN events USING (deployment) WHERE component = ? AND ${noted(what)}`,
          )
          .iterate(component);

  /** One moment's rows and head; what could be read before a damaged page is kept. */
  const readRows = (deployment: string, after: number) => {
    const rows: StoredRow[] = [];
    const read = database.transaction(() => {
      const head = headOf.get(deployment);
      for (const row of rowsAfter.iterate(deployment, after)) rows.push(row);
      return head;
    });
    try {
      const head = read.deferred();
      return { rows, ...(head && { head }) };
    } catch (error) {
      if (isCorrupt(error)) return { rows, broken: error.message };
      throw error;
    }
  };

  const insert = database.transaction((rows: readonly [NewRow, ...NewRow[]], line?: Line): 'inserted' | 'conflict' => {
    const [first] = rows;
    const head = headOf.get(first.deployment);
    if ((head?.seq ?? 0) !== first.seq - 1) return 'conflict';
    if (head !== undefined && head.hash !== first.previous) return 'conflict';
    for (const { words, ...row } of rows) {
      addRow.run(row);
      if (words !== undefined) addWords.run(row.deployment, row.seq, words);
    }
    const { deployment, seq, hash } = rows.at(-1) ?? first;
    setHead.run({ deployment, seq, hash, at: first.at });
    if (line !== undefined) lines.set(deployment, seq, line);
    else if (deployment !== LIBRARY) lines.unlist(deployment);
    return 'inserted';
  });

  return {
    identity: async () => identity.get() ?? '',
    rows: async (deployment, after) => readRows(deployment, after),
    deployments: async () =>
      [...new Set([started, withRows].flatMap((ids) => legibleAll(ids.iterate())))].map((id) => {
        const head = legible(() => headOf.get(id));
        const [first, last] = [legible(() => firstOf.get(id)), legible(() => lastOf.get(id))];
        return { id, ...(head && { head }), ...(first && { first }), ...(last && { last }) };
      }),
    // Another connection's commits change it, this one's do not (sqlite.org/pragma.html#pragma_data_version).
    foreignWrites: async () => Number(database.pragma('data_version', { simple: true })),
    head: async (deployment) => headOf.get(deployment),
    insert: async (rows, line) => insert.immediate(rows, line),
    lines: async (filter, latest) => lines.find(filter, latest),
    countLines: async (filter) => lines.count(filter),
    unlisted: async () => lines.unlisted(),
    setLine: async (deployment, seq, line) => lines.set(deployment, seq, line),
    notes: async (what, component) => legibleAll(notesOf(what, component)),
    putBody: async (digest, { body, mediaType }) => void addBody.run(digest, mediaType, body),
    body: async (digest) => legible(() => bodyOf.get(digest)),
    bodies: async () => legibleAll(digests.iterate()),
    bodiesBetween: async (first, end, limit) => legibleAll(digestsBetween.iterate(first, end, limit)),
    search: async (words, limit) => legibleAll(found.iterate(words.map((word) => `"${word}"`).join(' OR '), limit)),
    registers: async () => ({ nonces: nonces.all(), failures: failures.all() }),
    adopt: async (id) => adopt.immediate(id),
    useOnce: async (nonce) => addNonce.run(nonce).changes === 1,
    attempts: (key) => ({
      record: async (at = new Date().toISOString()) => void addFailure.run(key, at),
      count: async (since) => failuresOf.get(key, since) ?? 0,
    }),
    close: () => void database.close(),
  };
}

/** A page of the file that SQLite can't make sense of is damage to report, not a reason to fail. */
const isCorrupt = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CORRUPT');

function legible<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCorrupt(error)) return undefined;
    throw error;
  }
}

function legibleAll<T>(read: IterableIterator<T>): T[] {
  const all: T[] = [];
  legible(() => {
    for (const one of read) all.push(one);
  });
  return all;
}
