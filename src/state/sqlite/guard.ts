import { statSync } from 'node:fs';
import type { Backend } from '../backend.ts';
import { LedgerLost } from '../ledger.ts';
import { wrapped } from '../wrapped.ts';

/**
 * SQLite goes on in a file that was removed or replaced (its WAL mode never looks), and what is recorded there is gone
 * with the process. Here every call looks first, and what storage refuses becomes a sentence.
 */
export function guarded(backend: Backend, file: string): Backend {
  const opened = identityOf(file);
  return wrapped(backend, (method) => async (...args) => {
    if (identityOf(file) !== opened)
      throw new LedgerLost(`${file} was removed or replaced while it was open. Start infragate again.`);
    try {
      return await method(...args);
    } catch (error) {
      const why = whyRefused(error);
      throw why === undefined ? error : new LedgerLost(`${file} ${why}`, { cause: error });
    }
  });
}

/** Which file it is, whatever it is called (stat(2)); undefined when there is none. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.dev}/${found.ino}`;
}

/** By SQLite's result codes (sqlite.org/rescode.html): what the world refuses, not what a program does wrong. */
function whyRefused(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'SQLITE_FULL') return "can't be written: the disk is full. Nothing of this was recorded.";
  if (code.startsWith('SQLITE_BUSY')) return 'has been locked by another process for too long. Try again.';
  if (code.startsWith('SQLITE_READONLY'))
    return "can't be written: it is read-only here. Nothing of this was recorded.";
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN'))
    return `can't be read or written (${code}): the disk is full or failing. Nothing of this was recorded.`;
  return undefined;
}
