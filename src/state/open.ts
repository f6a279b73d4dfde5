import { join } from 'node:path';
import { readApprovers } from '../approvers/keys.ts';
import type { Backend } from './backend.ts';
import { chained } from './chained.ts';
import { dataFolder, prepareFolder } from './home.ts';
import type { Ledger, LedgerError } from './ledger.ts';
import { trustedKeys } from './operator-key.ts';
import { signed } from './signed.ts';

const FILE = 'ledger.sqlite';

export type LedgerPlace = {
  /** A data folder: the ledger is the file in it, whatever the environment says. */
  readonly home?: string;
  /** `postgres://…`; INFRAGATE_LEDGER when neither is given. */
  readonly address?: string;
};

/**
 * The ledger at an address or in the data folder, made when there is none. Safe when several processes open it at once, the
 * first time too. SQLite and the client of PostgreSQL are loaded here and not before.
 */
export async function openLedger(place: LedgerPlace = {}): Promise<Ledger | LedgerError> {
  const opened = await openBackend(place);
  if ('reason' in opened) return opened;
  const { backend, folder } = opened;
  return signed(chained(backend), {
    operators: () => trustedKeys(folder),
    approvers: () => readApprovers(folder),
  });
}

/** The storage itself, without chain and signatures: for a copy. */
export async function openBackend(
  place: LedgerPlace = {},
): Promise<{ readonly backend: Backend; readonly folder: string } | LedgerError> {
  let folder: string;
  try {
    folder = place.home ?? dataFolder();
  } catch (error) {
    return { status: 'error', reason: 'NoFolder', message: error instanceof Error ? error.message : String(error) };
  }
  const problem = prepareFolder(folder, FILE);
  if (problem !== undefined) return problem;
  const address = place.address ?? (place.home === undefined ? (process.env.INFRAGATE_LEDGER ?? '') : '');
  const backend = address === '' ? await fileIn(folder) : await databaseAt(address);
  return 'reason' in backend ? backend : { backend, folder };
}

async function fileIn(folder: string): Promise<Backend | LedgerError> {
  const { openSqlite } = await import('./sqlite/index.ts');
  return openSqlite(join(folder, FILE));
}

async function databaseAt(address: string): Promise<Backend | LedgerError> {
  const { openPostgres } = await import('./postgres/index.ts');
  return openPostgres(address);
}

/** Makes or updates the schema at an address, as a role that may; `grantTo` gets what servers need. */
export async function migrateLedger(address: string, grantTo?: string): Promise<LedgerError | undefined> {
  const { openPostgres } = await import('./postgres/index.ts');
  const opened = await openPostgres(address, grantTo === undefined ? {} : { grantTo });
  if ('reason' in opened) return opened;
  opened.close();
  return undefined;
}
