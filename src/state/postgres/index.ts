/**
 * The ledger's rows in PostgreSQL, or what speaks its protocol. In: an address (address.ts). Out: a Backend (../backend.ts),
 * or why it can't be used. The only place that knows PostgreSQL; `pg` because it reads libpq's addresses, password files
 * and TLS options, which `postgres` does not.
 */
import { randomBytes } from 'node:crypto';
import type { Backend } from '../backend.ts';
import { type LedgerError, LedgerLost } from '../ledger.ts';
import { wrapped } from '../wrapped.ts';
import { type Address, readAddress } from './address.ts';
import { grant, migrate } from './migrate.ts';
import { codeOf, type Database, databaseAt, sentence, Unanswered } from './pool.ts';
import { postgresBackend } from './rows.ts';
import { DIALECTS, type Dialect, dialectOf } from './search.ts';

export type OpenOptions = {
  /** Given to the application's role, once the schema is there. */
  readonly grantTo?: string;
  readonly dialect?: Dialect['name'];
};

export async function openPostgres(text: string, options: OpenOptions = {}): Promise<Backend | LedgerError> {
  const address = readAddress(text);
  if ('reason' in address) return address;
  const database = databaseAt(address);
  try {
    const problem = await migrate(database, address, randomBytes(8).toString('hex'));
    if (problem !== undefined) return await ended(database, problem);
    if (options.grantTo !== undefined) await grant(database, address.schema, options.grantTo);
    const dialect = options.dialect === undefined ? await dialectOf(database) : DIALECTS[options.dialect];
    return guarded(postgresBackend(database, address.schema, dialect), address);
  } catch (error) {
    return ended(database, explain(error, address));
  }
}

async function ended(database: Database, problem: LedgerError): Promise<LedgerError> {
  await database.close().catch(() => {});
  return problem;
}

/** What the database refuses becomes a sentence; an answer that was lost says that nothing is known of it. */
function guarded(backend: Backend, { name }: Address): Backend {
  return wrapped(backend, (method) => async (...args) => {
    try {
      return await method(...args);
    } catch (error) {
      if (error instanceof LedgerLost) throw error;
      if (error instanceof Unanswered || codeOf(error) !== '')
        throw new LedgerLost(`The ledger (${name}) refused: ${sentence(error)}.`, { cause: error });
      throw error;
    }
  });
}

/** SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) → what a person can do. */
function explain(error: unknown, { name }: Address): LedgerError {
  const code = codeOf(error);
  if (/^(28|42501)/.test(code))
    return refuse(
      'NoPermission',
      `${name}: ${sentence(error)}. The user and the password come from the address, PGPASSWORD, ~/.pgpass or INFRAGATE_LEDGER_PASSWORD_FILE.`,
    );
  if (code === '3D000') return refuse('BadAddress', `${name}: ${sentence(error)}. Make the database first.`);
  return refuse('Unreachable', `The ledger (${name}) can't be opened: ${sentence(error)}.`);
}

const refuse = (reason: LedgerError['reason'], message: string): LedgerError => ({ status: 'error', reason, message });
