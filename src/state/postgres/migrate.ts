import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { asset } from '../../package.ts';
import type { LedgerError } from '../ledger.ts';
import type { Address } from './address.ts';
import { codeOf, type Database } from './pool.ts';

const FOLDER = asset('state/postgres/migrations/');

/** Of pg_advisory_lock, so that two that migrate take turns: "iGat" in ASCII, as SQLite's application_id. */
const LOCK = 0x69476174;

const steps = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort();

/** The number of the last migration that was done; 0: there is no ledger yet. */
async function versionOf(database: Pick<Database, 'ask'>, schema: string): Promise<number> {
  const there = await database.ask('SELECT to_regclass($1) IS NOT NULL AS there', [`${schema}.schema_version`]);
  if (there.rows[0]?.there !== true) return 0;
  const { rows } = await database.ask(`SELECT coalesce(max(version), 0) AS version FROM ${schema}.schema_version`);
  return Number(rows[0]?.version);
}

/**
 * Brings the schema to this version: the numbered .sql files in order, in one transaction under an advisory lock. Where it
 * is there already nothing is written, so that a role which may only insert and select opens it.
 * `identity`: of a ledger that is made new, drawn by the caller.
 */
export async function migrate(
  database: Database,
  address: Address,
  identity: string,
): Promise<LedgerError | undefined> {
  const { schema, name } = address;
  const known = steps();
  const version = await versionOf(database, schema);
  if (version === known.length) return undefined;
  if (version > known.length)
    return {
      status: 'error',
      reason: 'NewerLedger',
      message: `${name} was made by a newer infragate (its schema is ${version}, this one knows ${known.length}). Update infragate; nothing was changed.`,
    };
  try {
    // One text of several statements is one transaction (postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT).
    await database.tell(script(schema, known, identity));
    return undefined;
  } catch (error) {
    if (codeOf(error) !== '42501') throw error;
    return {
      status: 'error',
      reason: 'NoPermission',
      message: `${name}: this role may not ${version === 0 ? 'make the ledger there' : `bring its schema from ${version} to ${known.length}`}. Run \`infragate ledger migrate --grant ROLE\` with a role that may, ROLE being this one.`,
    };
  }
}

/** Each step is skipped where another process did it meanwhile: what was done is asked behind the lock. */
function script(schema: string, known: readonly string[], identity: string): string {
  const done = known.map((step, index) => {
    const sql = readFileSync(new URL(step, FOLDER), 'utf8').replaceAll('{schema}', schema);
    return `DO $step$ BEGIN
      IF (SELECT coalesce(max(version), 0) FROM ${schema}.schema_version) < ${index + 1} THEN
        EXECUTE $sql$${sql}$sql$;
        INSERT INTO ${schema}.schema_version VALUES (${index + 1});
      END IF;
    END $step$`;
  });
  return [
    'BEGIN',
    `SELECT pg_advisory_xact_lock(${LOCK})`,
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE TABLE IF NOT EXISTS ${schema}.schema_version (version integer PRIMARY KEY)`,
    ...done,
    `INSERT INTO ${schema}.identity VALUES (1, ${pg.escapeLiteral(identity)}) ON CONFLICT DO NOTHING`,
    'COMMIT',
  ].join(';\n');
}

/** What the application's role is given: to read and to add, and to write again what is derived. */
export async function grant(database: Database, schema: string, role: string): Promise<void> {
  const to = pg.escapeIdentifier(role);
  const added = ['events', 'heads', 'bodies', 'nonces', 'failures', 'learnings'].map((table) => `${schema}.${table}`);
  await database.tell(
    [
      'BEGIN',
      `GRANT USAGE ON SCHEMA ${schema} TO ${to}`,
      `GRANT SELECT ON ${schema}.identity, ${schema}.schema_version TO ${to}`,
      `GRANT SELECT, INSERT ON ${added.join(', ')} TO ${to}`,
      `GRANT SELECT, INSERT, UPDATE ON ${schema}.lines TO ${to}`,
      'COMMIT',
    ].join(';\n'),
  );
}
