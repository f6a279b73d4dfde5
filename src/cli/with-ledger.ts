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

/** A command's error: a sentence for people, or one JSON value as the last line. */
export function fail(json: boolean, exit: Exit, reason: string, message: string): Exit {
  if (json) console.log(JSON.stringify({ error: { reason, message } }));
  else console.error(message);
  return exit;
}

/** Lines to stdout no faster than they are read; a reader that has seen enough (`| head`) ends it quietly. */
export async function writeLines(lines: AsyncIterable<string>): Promise<void> {
  const { pipeline } = await import('node:stream/promises');
  const withNewlines = async function* () {
    for await (const line of lines) yield `${line}\n`;
  };
  try {
    await pipeline(withNewlines, process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}
