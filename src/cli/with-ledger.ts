import { printError, printJson } from '../print/index.ts';
import type { Ledger } from '../state/index.ts';
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

/** Of the JSON that commands answer with: `{schema_version, ok, …, error?}`. */
export const SCHEMA_VERSION = 1;

/** A command's error: a sentence for people, or one JSON value as the last line. */
export function fail(json: boolean, exit: Exit, reason: string, message: string): Exit {
  if (json) printJson({ schema_version: SCHEMA_VERSION, ok: false, error: { reason, message } });
  else printError(message);
  return exit;
}
