/**
 * The ledger's rows in one SQLite file. In: the file's path. Out: a Backend (../backend.ts), or why the file can't be
 * used. The only place that knows SQLite.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type SqliteDatabase from 'better-sqlite3';
import type { Backend } from '../backend.ts';
import type { LedgerError } from '../ledger.ts';
import { guarded } from './guard.ts';
import { migrate } from './migrate.ts';
import { sqliteBackend } from './rows.ts';

/** How long a statement, or the opening, waits for another process's lock. */
const BUSY_MS = 10_000;

/** Before 3.51.3 a WAL could lose a commit when a checkpoint and a writer met (sqlite.org/wal.html, "WAL-reset bug"). */
const OLDEST = [3, 51, 3] as const;

export async function openSqlite(file: string): Promise<Backend | LedgerError> {
  let driver: typeof SqliteDatabase;
  try {
    driver = (await import('better-sqlite3')).default;
  } catch (error) {
    return refuse(
      'NoDriver',
      `SQLite can't be loaded (${sentence(error)}). Install the dependencies again with the Node that runs infragate.`,
    );
  }
  let database: SqliteDatabase.Database | undefined;
  try {
    keepPrivate(file);
    database = new driver(file, { timeout: BUSY_MS });
    const problem = tooOld(database) ?? (await useWal(database, file)) ?? migrate(database, file);
    if (problem === undefined) return guarded(sqliteBackend(database), file);
    database.close();
    return problem;
  } catch (error) {
    database?.close();
    return explain(error, file);
  }
}

/**
 * Made by us, for the owner alone (SQLite gives its -wal and -shm files the same mode). Only a new file is opened here:
 * closing a descriptor of an existing one would drop the locks this process holds on it (fcntl(2)).
 */
function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    chmodSync(file, 0o600);
  }
}

function tooOld(database: SqliteDatabase.Database): LedgerError | undefined {
  const version = String(database.prepare('SELECT sqlite_version()').pluck().get());
  if (!olderThan(version, OLDEST)) return undefined;
  return refuse(
    'OldSqlite',
    `SQLite ${version} can lose a commit in WAL mode; ${OLDEST.join('.')} or newer is needed. Update better-sqlite3.`,
  );
}

export function olderThan(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const differing = least.findIndex((part, index) => part !== parts[index]);
  return differing >= 0 && (parts[differing] ?? 0) < (least[differing] ?? 0);
}

/** SQLite doesn't wait for locks when it turns a new file to WAL, so the losers of a race for the first opening try again. */
async function useWal(database: SqliteDatabase.Database, file: string): Promise<LedgerError | undefined> {
  for (const until = Date.now() + BUSY_MS; ; await sleep(5 + Math.random() * 20)) {
    try {
      const mode = database.pragma('journal_mode = WAL', { simple: true });
      database.pragma('synchronous = FULL');
      if (mode === 'wal') return undefined;
      return refuse(
        'NetworkFilesystem',
        `SQLite can't use its write-ahead log for ${file}, as on a network file system. Set INFRAGATE_HOME to a folder on a local disk.`,
      );
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || Date.now() > until) throw error;
    }
  }
}

function explain(error: unknown, file: string): LedgerError {
  const code = codeOf(error);
  if (code === 'SQLITE_NOTADB')
    return refuse(
      'NotALedger',
      `${file} is not an infragate ledger: it is no SQLite database. Move it away, or set INFRAGATE_HOME.`,
    );
  if (code.startsWith('SQLITE_BUSY'))
    return refuse(
      'Busy',
      `${file} has been locked by another process for ${BUSY_MS / 1000} s. Try again, or find who holds it.`,
    );
  if (code.startsWith('SQLITE_CORRUPT'))
    return refuse('DamagedLedger', `${file} is damaged (${sentence(error)}). Restore it from a copy.`);
  return refuse(
    'NoFolder',
    `${file} can't be opened (${sentence(error)}). Set INFRAGATE_HOME to a folder of yours on a local disk.`,
  );
}

const refuse = (reason: LedgerError['reason'], message: string): LedgerError => ({ status: 'error', reason, message });
const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
