import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LedgerLost } from '../ledger.ts';
import type { Address, Server } from './address.ts';

/** How long a call goes on looking for a server that takes writes: a failover takes seconds. */
const PATIENCE_MS = 30_000;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 20_000;
const MAX_CONNECTIONS = 4;
const IDLE_MS = 30_000;

export type Row = Readonly<Record<string, unknown>>;
export type Answer = { readonly rows: readonly Row[]; readonly count: number };

/** What was sent and whose answer was lost: done or not, nobody said. Asked again, or looked up. */
export class Unanswered extends Error {}

export type Database = {
  /** One statement, sent again when the connection is lost: for what may happen twice. */
  ask(text: string, values?: readonly unknown[]): Promise<Answer>;
  /** One statement, sent once: throws Unanswered when its answer was lost. */
  tell(text: string, values?: readonly unknown[]): Promise<Answer>;
  close(): Promise<void>;
};

/** Connections to whichever of the servers takes writes; found again when that one is lost. */
export function databaseAt(address: Address): Database {
  let pool: pg.Pool | undefined;
  let closed = false;

  /** The first server that takes writes. */
  async function elect(): Promise<pg.Pool> {
    if (pool !== undefined) return pool;
    if (closed) throw new Unanswered('it is closed');
    const refusals: string[] = [];
    let wrong: unknown;
    for (const server of address.servers) {
      const tried = poolOf(server);
      try {
        const { rows } = await tried.query('SHOW transaction_read_only');
        if (rows[0]?.transaction_read_only === 'off') {
          pool ??= tried;
          if (pool !== tried) void tried.end();
          return pool;
        }
        refusals.push(`${server.name} takes no writes`);
      } catch (error) {
        refusals.push(`${server.name}: ${sentence(error)}`);
        if (!isLost(error)) wrong = error;
      }
      void tried.end().catch(() => {});
    }
    if (wrong !== undefined && refusals.length === 1) throw wrong;
    throw new Unanswered(refusals.join('; '));
  }

  function lost(): void {
    const old = pool;
    pool = undefined;
    void old?.end().catch(() => {});
  }

  async function once(text: string, values: readonly unknown[]): Promise<Answer> {
    const at = await elect();
    try {
      const { rows, rowCount } = await at.query<Row>(text, [...values]);
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      if (!isLost(error)) throw error;
      if (pool === at) lost();
      throw new Unanswered(sentence(error), { cause: error });
    }
  }

  async function patiently<T>(run: () => Promise<T>): Promise<T> {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(50 + Math.random() * 200)) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof Unanswered) || closed) throw error;
        if (Date.now() > until)
          throw new LedgerLost(
            `The ledger (${address.name}) did not answer for ${PATIENCE_MS / 1000} s: ${error.message}`,
            {
              cause: error,
            },
          );
      }
    }
  }

  return {
    ask: (text, values = []) => patiently(() => once(text, values)),
    async tell(text, values = []) {
      await patiently(elect);
      return once(text, values);
    },
    async close() {
      closed = true;
      const old = pool;
      pool = undefined;
      await old?.end();
    },
  };
}

function poolOf({ config }: Server): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    application_name: 'infragate',
    max: MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
    // A process that has nothing else to do ends, also with a connection open.
    allowExitOnIdle: true,
  });
  // A connection that is lost while nobody uses it: the next call gets another one.
  pool.on('error', () => {});
  return pool;
}

/** SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) of what passes by itself or with another server. */
const PASSING = /^(08|53|57P0|25006|40001|40P01|55P03)/;
const SOCKET = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The connection, or the server, is gone; or it asks to send the same again. */
function isLost(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isLost);
  const code = codeOf(error);
  if (code !== '') return PASSING.test(code) || SOCKET.test(code);
  // pg's own, which carry no code (pg/lib/client.js, pg-pool/index.js).
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error|Cannot use a pool after)/.test(
      error.message,
    )
  );
}

export const sentence = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(sentence).join(', ')
    : error instanceof Error
      ? error.message
      : String(error);
