// What the conformance suite needs to know of PostgreSQL: where a ledger goes, how another process opens it, how to cheat.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Tampering } from '../../src/state/conformance/index.ts';
import { isLedgerError, type Ledger, openLedger } from '../../src/state/index.ts';
import type { PostgresServer } from '../support/postgres.ts';

export const module = new URL(import.meta.url);

/** A place is an address with a schema of its own. */
export async function open(address: string): Promise<Ledger> {
  const home = mkdtempSync(join(tmpdir(), 'infragate-home-'));
  const ledger = await openLedger({ home, address });
  rmSync(home, { recursive: true, force: true });
  if (isLedgerError(ledger)) throw new Error(ledger.message);
  return ledger;
}

let places = 0;

export const placesOn = (server: () => PostgresServer) => async (): Promise<string> => {
  places += 1;
  return `${server().url()}&schema=place_${process.pid}_${places}`;
};

export const schemaOf = (place: string): string => new URL(place).searchParams.get('schema') ?? 'infragate';

/** Takes the triggers away, as an administrator of the database could, and does it. */
export async function tamper(place: string, how: Tampering): Promise<void> {
  const url = new URL(place);
  const schema = schemaOf(place);
  url.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    for (const table of ['events', 'heads', 'bodies'])
      await client.query(`DROP TRIGGER only_added ON ${schema}.${table}`);
    const edit = async (sql: string, ...values: unknown[]) => {
      const { rowCount } = await client.query(sql, values);
      if (rowCount === 0) throw new Error(`nothing was changed: ${sql}`);
    };
    switch (how.what) {
      case 'edit': {
        const changed = how.from === '' ? `$1 || substr(${how.column}, 2)` : `replace(${how.column}, $4, $1)`;
        const values = [how.to, how.deployment, how.seq, ...(how.from === '' ? [] : [how.from])];
        await edit(
          `UPDATE ${schema}.events SET ${how.column} = ${changed} WHERE deployment = $2 AND seq = $3`,
          ...values,
        );
        break;
      }
      case 'remove':
        await edit(
          `DELETE FROM ${schema}.events WHERE deployment = $1 AND seq BETWEEN $2 AND $3`,
          how.deployment,
          how.from,
          how.to,
        );
        break;
      case 'swap': {
        const move = `UPDATE ${schema}.events SET seq = $1 WHERE deployment = $2 AND seq = $3`;
        await edit(move, 1_000_000, how.deployment, how.one);
        await edit(move, how.one, how.deployment, how.other);
        await edit(move, how.other, how.deployment, 1_000_000);
        break;
      }
      case 'body':
        await edit(`UPDATE ${schema}.bodies SET body = 'forged' WHERE digest = $1`, how.digest);
    }
  } finally {
    await client.end();
  }
}
