import { join } from 'node:path';
import { chained } from './chained.ts';
import { dataFolder, prepareFolder } from './home.ts';
import type { Ledger, LedgerError } from './ledger.ts';
import { trustedKeys } from './operator-key.ts';
import { signed } from './signed.ts';

const FILE = 'ledger.sqlite';

/**
 * The ledger in the data folder (`home` overrides it), made when there is none. Safe when several processes open it at
 * once, the first time too. SQLite is loaded here and not before.
 */
export async function openLedger(options: { home?: string } = {}): Promise<Ledger | LedgerError> {
  let folder: string;
  try {
    folder = options.home ?? dataFolder();
  } catch (error) {
    return { status: 'error', reason: 'NoFolder', message: error instanceof Error ? error.message : String(error) };
  }
  const problem = prepareFolder(folder, FILE);
  if (problem !== undefined) return problem;
  const { openSqlite } = await import('./sqlite/index.ts');
  const backend = await openSqlite(join(folder, FILE));
  return 'reason' in backend ? backend : signed(chained(backend), () => trustedKeys(folder));
}
