// What the conformance suite needs to know of SQLite: where a ledger goes, how another process opens it, how to cheat.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Tampering } from '../conformance/index.ts';
import { ledgerAt } from '../ledger.fixture.ts';

const places: string[] = [];

export async function place() {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-ledger-'));
  places.push(folder);
  return folder;
}

export function removePlaces() {
  for (const folder of places.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const module = new URL(import.meta.url);

export const open = ledgerAt;

/** Opens the file as anybody could, takes the triggers away and does it. */
export async function tamper(home: string, how: Tampering) {
  const database = new Database(join(home, 'ledger.sqlite'));
  const triggers = database.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all();
  for (const trigger of triggers) database.exec(`DROP TRIGGER ${trigger}`);
  const edit = (sql: string, ...values: (string | number)[]) => {
    if (database.prepare(sql).run(...values).changes === 0) throw new Error(`nothing was changed: ${sql}`);
  };
  switch (how.what) {
    case 'edit':
      if (how.from === '')
        edit(
          `UPDATE events SET ${how.column} = ? || substr(${how.column}, 2) WHERE deployment = ? AND seq = ?`,
          how.to,
          how.deployment,
          how.seq,
        );
      else
        edit(
          `UPDATE events SET ${how.column} = replace(${how.column}, ?, ?) WHERE deployment = ? AND seq = ?`,
          how.from,
          how.to,
          how.deployment,
          how.seq,
        );
      break;
    case 'remove':
      edit('DELETE FROM events WHERE deployment = ? AND seq BETWEEN ? AND ?', how.deployment, how.from, how.to);
      break;
    case 'swap': {
      const move = 'UPDATE events SET seq = ? WHERE deployment = ? AND seq = ?';
      edit(move, 1_000_000, how.deployment, how.one);
      edit(move, how.one, how.deployment, how.other);
      edit(move, how.other, how.deployment, 1_000_000);
      break;
    }
    case 'body':
      edit(`UPDATE bodies SET body = CAST('forged' AS BLOB) WHERE digest = ?`, how.digest);
  }
  database.close();
}
