import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLedgerError, type Ledger } from './ledger.ts';
import { openLedger } from './open.ts';

/** The real ledger of a data folder, for tests: one that can't be opened is a bug of theirs. */
export async function ledgerAt(home: string): Promise<Ledger> {
  const ledger = await openLedger({ home });
  if (isLedgerError(ledger)) throw new Error(ledger.message);
  return ledger;
}

/** A ledger in a data folder of its own, which `end` removes. */
export async function freshLedger(): Promise<{ ledger: Ledger; end(): void }> {
  const home = mkdtempSync(join(tmpdir(), 'infragate-ledger-'));
  const ledger = await ledgerAt(home);
  return {
    ledger,
    end() {
      ledger.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
