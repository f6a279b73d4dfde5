import type { Backend, Head, NewRow, StoredFound } from '../backend.ts';
import { type Body, LIBRARY, type Line } from '../ledger.ts';
import { linesIn, placeholders, unlist, upsert, valuesOf } from './lines.ts';
import { type Answer, codeOf, type Database, Unanswered } from './pool.ts';
import { type Dialect, MAX_SEARCHED, MAX_WORD } from './search.ts';
import { storedRow, text } from './values.ts';

const COLUMNS = 'deployment, seq, at, by, fact, previous, hash';
const UNIQUE_VIOLATION = '23505';

/**
 * Statements over an opened, migrated schema: each is one statement, so one moment. Only `lines` is ever updated; the rest
 * is read and added to.
 */
export function postgresBackend(database: Database, schema: string, dialect: Dialect): Backend {
  const lines = linesIn(database, schema);
  const insertion = insertions(schema);

  const headOf = async (deployment: string): Promise<Head | undefined> => {
    const { rows } = await database.ask(
      `SELECT seq, hash FROM ${schema}.heads WHERE deployment = $1 ORDER BY seq DESC LIMIT 1`,
      [deployment],
    );
    return head(rows[0]);
  };

  /** Whose row stands where the first of these was to go. */
  const landed = async ([first]: readonly [NewRow, ...NewRow[]]): Promise<'ours' | 'theirs' | 'nobodys'> => {
    const { rows } = await database.ask(`SELECT hash FROM ${schema}.events WHERE deployment = $1 AND seq = $2`, [
      first.deployment,
      first.seq,
    ]);
    if (rows[0] === undefined) return 'nobodys';
    return rows[0].hash === first.hash ? 'ours' : 'theirs';
  };

  return {
    identity: async () => String((await database.ask(`SELECT id FROM ${schema}.identity`)).rows[0]?.id ?? ''),
    async rows(deployment, after) {
      const { rows } = await database.ask(
        `SELECT head.seq AS head_seq, head.hash AS head_hash, ${COLUMNS.split(', ')
          .map((column) => `events.${column}`)
          .join(', ')}
         FROM (SELECT 1) AS one
         LEFT JOIN LATERAL (SELECT seq, hash FROM ${schema}.heads WHERE deployment = $1 ORDER BY seq DESC LIMIT 1) AS head ON true
         LEFT JOIN ${schema}.events ON events.deployment = $1 AND events.seq > $2
         ORDER BY events.seq`,
        [deployment, after],
      );
      const last = head({ seq: rows[0]?.head_seq, hash: rows[0]?.head_hash });
      return {
        rows: rows.filter((row) => row.seq !== null).map(storedRow),
        ...(last === undefined ? {} : { head: last }),
      };
    },
    async deployments() {
      const end = (order: 'ASC' | 'DESC') =>
        `LEFT JOIN LATERAL (SELECT to_json(events) AS row FROM ${schema}.events WHERE events.deployment = ids.deployment ORDER BY seq ${order} LIMIT 1) AS e${order} ON true`;
      const { rows } = await database.ask(
        `SELECT ids.deployment, head.seq, head.hash, eASC.row AS first, eDESC.row AS last FROM
           (SELECT DISTINCT deployment FROM ${schema}.heads UNION SELECT DISTINCT deployment FROM ${schema}.events) AS ids
           LEFT JOIN LATERAL (SELECT seq, hash FROM ${schema}.heads WHERE heads.deployment = ids.deployment ORDER BY seq DESC LIMIT 1) AS head ON true
           LEFT JOIN LATERAL (SELECT started FROM ${schema}.heads WHERE heads.deployment = ids.deployment ORDER BY seq LIMIT 1) AS begun ON true
           ${end('ASC')} ${end('DESC')}
         ORDER BY begun.started, ids.deployment`,
      );
      return rows.map((row) => {
        const known = head(row);
        return {
          id: String(row.deployment),
          ...(known === undefined ? {} : { head: known }),
          ...(row.first === null ? {} : { first: storedRow(Object(row.first)) }),
          ...(row.last === null ? {} : { last: storedRow(Object(row.last)) }),
        };
      });
    },
    // Rows are only added here; that any were changed or removed is counted by the server, a little later.
    async foreignWrites() {
      try {
        const { rows } = await database.ask(
          'SELECT coalesce(sum(n_tup_upd + n_tup_del), 0) AS changed FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = $2',
          [schema, 'events'],
        );
        return Number(rows[0]?.changed);
      } catch (error) {
        if (codeOf(error).startsWith('42')) return 0;
        throw error;
      }
    },
    head: headOf,
    async insert(rows, line) {
      const { statement, values } = insertion(rows, line);
      for (;;) {
        try {
          const { rows: answer } = await database.tell(statement, values);
          return Number(answer[0]?.count) === rows.length ? 'inserted' : 'conflict';
        } catch (error) {
          if (codeOf(error) === UNIQUE_VIOLATION) return 'conflict';
          if (!(error instanceof Unanswered)) throw error;
          // Done or not? The place it was to go says so.
          const whose = await landed(rows);
          if (whose !== 'nobodys') return whose === 'ours' ? 'inserted' : 'conflict';
        }
      }
    },
    lines: (filter, latest) => lines.find(filter, latest),
    countLines: (filter) => lines.count(filter),
    unlisted: () => lines.unlisted(),
    setLine: (deployment, seq, line) => lines.set(deployment, seq, line),
    async notes(what, component) {
      const { rows } = await database.ask(
        component === undefined
          ? `SELECT ${COLUMNS} FROM ${schema}.events WHERE what = $1 ORDER BY deployment, seq`
          : `SELECT ${COLUMNS} FROM ${schema}.events WHERE what = $1 AND deployment IN
               (SELECT deployment FROM ${schema}.lines WHERE component = $2) ORDER BY deployment, seq`,
        component === undefined ? [what] : [what, text(component)],
      );
      return rows.map(storedRow);
    },
    async putBody(digest, { body, mediaType }) {
      await database.ask(`INSERT INTO ${schema}.bodies VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING`, [
        digest,
        text(mediaType),
        Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      ]);
    },
    async body(digest) {
      const { rows } = await database.ask(`SELECT body, media_type FROM ${schema}.bodies WHERE digest = $1`, [
        text(digest),
      ]);
      return bodyOf(rows[0]);
    },
    bodies: async () => digests(await database.ask(`SELECT digest FROM ${schema}.bodies`)),
    bodiesBetween: async (first, end, limit) =>
      digests(
        await database.ask(
          `SELECT digest FROM ${schema}.bodies WHERE digest >= $1 AND digest < $2 ORDER BY digest LIMIT $3`,
          [first, end, limit],
        ),
      ),
    async search(words, limit) {
      const some = words.filter((word) => word.length <= MAX_WORD);
      const { rows } = await database.ask(
        `SELECT learnings.deployment, learnings.seq, text, fact, ${dialect.rank} AS rank FROM ${schema}.learnings
         LEFT JOIN ${schema}.events USING (deployment, seq) WHERE ${dialect.where}
         ORDER BY rank DESC, deployment, seq LIMIT $2`,
        [some, limit],
      );
      return rows.map(
        (row): StoredFound => ({
          deployment: String(row.deployment),
          seq: Number(row.seq),
          text: String(row.text),
          fact: row.fact === null ? null : String(row.fact),
        }),
      );
    },
    async useOnce(nonce) {
      const statement = `INSERT INTO ${schema}.nonces VALUES ($1) ON CONFLICT DO NOTHING`;
      // Sent once: where the answer is lost the nonce counts as used, which is the safe side.
      return (await database.tell(statement, [text(nonce)])).count === 1;
    },
    async registers() {
      const nonces = await database.ask(`SELECT nonce FROM ${schema}.nonces ORDER BY nonce`);
      const failures = await database.ask(`SELECT key, at FROM ${schema}.failures ORDER BY key, at`);
      return {
        nonces: nonces.rows.map((row) => String(row.nonce)),
        failures: failures.rows.map((row) => ({ key: String(row.key), at: String(row.at) })),
      };
    },
    async adopt(identity) {
      const { rows } = await database.ask(
        `SELECT id, EXISTS (SELECT 1 FROM ${schema}.heads) OR EXISTS (SELECT 1 FROM ${schema}.bodies)
           OR EXISTS (SELECT 1 FROM ${schema}.nonces) AS recorded FROM ${schema}.identity`,
      );
      if (rows[0]?.id === identity) return true;
      if (rows[0]?.recorded === true || !/^[0-9a-f]{16}$/.test(identity)) return false;
      await database.tell(
        `BEGIN; ALTER TABLE ${schema}.identity DISABLE TRIGGER only_added; UPDATE ${schema}.identity SET id = '${identity}';
         ALTER TABLE ${schema}.identity ENABLE TRIGGER only_added; COMMIT`,
      );
      return true;
    },
    attempts: (key) => ({
      async record(at = new Date().toISOString()) {
        await database.ask(`INSERT INTO ${schema}.failures VALUES ($1, $2)`, [text(key), at]);
      },
      async count(since) {
        const { rows } = await database.ask(
          `SELECT count(*) AS count FROM ${schema}.failures WHERE key = $1 AND at >= $2`,
          [text(key), since],
        );
        return Number(rows[0]?.count);
      },
    }),
    close: () => void database.close(),
  };
}

/**
 * Compare and append in one statement: the row before must be the head, and the primary key (deployment, seq) lets one of
 * two that come at once through. `count`: how many rows were added, all or none.
 */
function insertions(schema: string) {
  return (rows: readonly [NewRow, ...NewRow[]], line: Line | undefined) => {
    const [first] = rows;
    const last = rows.at(-1) ?? first;
    const learnings = rows.filter((row) => row.words !== undefined);
    const values: unknown[] = [
      first.deployment,
      first.seq,
      first.previous,
      rows.map((row) => row.seq),
      rows.map((row) => row.at),
      rows.map((row) => row.by),
      rows.map((row) => row.fact),
      rows.map((row) => row.previous),
      rows.map((row) => row.hash),
      rows.map((row) => whatOf(row.fact)),
      last.seq,
      last.hash,
      learnings.map((row) => row.seq),
      learnings.map((row) => text((row.words ?? '').slice(0, MAX_SEARCHED))),
      ...(line === undefined || first.deployment === LIBRARY ? [] : valuesOf(line)),
    ];
    const listing =
      line === undefined
        ? unlist(schema, '$11::integer', 'FROM prior')
        : upsert(schema, '$11::integer', placeholders(15), 'FROM prior');
    const statement = `
      WITH prior AS (
        SELECT 1 WHERE ($2::integer = 1 AND NOT EXISTS (SELECT 1 FROM ${schema}.heads WHERE deployment = $1::text))
          OR ((SELECT seq FROM ${schema}.heads WHERE deployment = $1::text ORDER BY seq DESC LIMIT 1) = $2::integer - 1
            AND (SELECT hash FROM ${schema}.heads WHERE deployment = $1::text ORDER BY seq DESC LIMIT 1) = $3::text)
      ), added AS (
        INSERT INTO ${schema}.events (${COLUMNS}, what)
        SELECT $1::text, new.* FROM prior,
          unnest($4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) AS new
        RETURNING seq
      ), ending AS (
        INSERT INTO ${schema}.heads SELECT $1::text, $11::integer, $12::text, ($5::text[])[1] FROM prior
      ), learnt AS (
        INSERT INTO ${schema}.learnings SELECT $1::text, new.* FROM prior, unnest($13::integer[], $14::text[]) AS new
      )${first.deployment === LIBRARY ? '' : `, listed AS (${listing})`}
      SELECT count(*) AS count FROM added`;
    return { statement, values };
  };
}

/** What lists of notes are made by: the fact's own `what`, where it is one of these. */
function whatOf(fact: string): string | null {
  const found = /"what":"(learning|judgement)"/.exec(fact);
  return found?.[1] ?? null;
}

const head = (row: Readonly<Record<string, unknown>> | undefined): Head | undefined =>
  row === undefined || row.seq === null || row.seq === undefined
    ? undefined
    : { seq: Number(row.seq), hash: String(row.hash) };

const digests = ({ rows }: Answer): string[] => rows.map((row) => String(row.digest));

const bodyOf = (row: Readonly<Record<string, unknown>> | undefined): Body | undefined =>
  row !== undefined && Buffer.isBuffer(row.body)
    ? { body: new Uint8Array(row.body), mediaType: String(row.media_type) }
    : undefined;
