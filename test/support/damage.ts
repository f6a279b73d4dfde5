import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A letter changed in events of app-1, as someone does who writes into the file. Answers how many rows it were. */
export function damage(home: string): number {
  const db = new Database(join(home, 'ledger.sqlite'), { fileMustExist: true });
  const triggers = db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all() as { name: string }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);
  const { changes } = db
    .prepare("UPDATE events SET fact = replace(fact, 'busybox', 'busybax') WHERE deployment = 'app-1'")
    .run();
  db.close();
  return changes;
}
