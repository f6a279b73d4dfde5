import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { asset } from '../../package.ts';
import type { LedgerError } from '../ledger.ts';

/** `PRAGMA application_id` of an infragate ledger: "iGat" in ASCII. */
export const APPLICATION_ID = 0x69476174;

const FOLDER = asset('state/sqlite/migrations/');

/**
 * Brings the file to this version's schema: the numbered .sql files in order, `user_version` being the number of the
 * last one done. One transaction; a second process waits for it and then finds nothing left to do.
 */
export function migrate(database: Database, file: string): LedgerError | undefined {
  const steps = readdirSync(FOLDER)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort();
  if (
    readNumber(database, 'application_id') === APPLICATION_ID &&
    readNumber(database, 'user_version') === steps.length
  )
    return undefined;
  return database
    .transaction((): LedgerError | undefined => {
      const version = readNumber(database, 'user_version');
      const application = readNumber(database, 'application_id');
      const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
      if (application !== APPLICATION_ID && (application !== 0 || version !== 0 || tables !== 0))
        return {
          status: 'error',
          reason: 'NotALedger',
          message: `${file} is not an infragate ledger: another program made this database. Move it away, or set INFRAGATE_HOME.`,
        };
      if (version > steps.length)
        return {
          status: 'error',
          reason: 'NewerLedger',
          message: `${file} was made by a newer infragate (its schema is ${version}, this one knows ${steps.length}). Update infragate; nothing was changed.`,
        };
      database.pragma(`application_id = ${APPLICATION_ID}`);
      for (const step of steps.slice(version)) database.exec(readFileSync(new URL(step, FOLDER), 'utf8'));
      database.pragma(`user_version = ${steps.length}`);
      return undefined;
    })
    .immediate();
}

const readNumber = (database: Database, pragma: 'application_id' | 'user_version') =>
  Number(database.pragma(pragma, { simple: true }));
