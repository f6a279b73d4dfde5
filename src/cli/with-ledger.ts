import type { Ledger } from '../state/index.ts';
import { fail } from './answers.ts';
import { EXIT, type Exit } from './exit.ts';

/** Opens the ledger for one command, closes it, and says in one place why it can't be opened. */
export async function withLedger(json: boolean, run: (ledger: Ledger) => Promise<Exit>): Promise<void> {
  const { isLedgerError, LedgerLost, openLedger } = await import('../state/index.ts');
  const ledger = await openLedger();
  if (isLedgerError(ledger)) {
    process.exitCode = fail(json, EXIT.lacking, ledger.reason, ledger.message);
    return;
  }
  try {
    process.exitCode = await run(ledger);
  } catch (error) {
    if (!(error instanceof LedgerLost)) throw error;
    process.exitCode = fail(json, EXIT.lacking, 'LedgerLost', error.message);
  } finally {
    ledger.close();
  }
}
