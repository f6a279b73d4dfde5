import type { Database } from 'better-sqlite3';
import type { Line, LineFilter, Listed } from '../ledger.ts';

type StoredLine = Omit<Listed, 'leftovers'> & { readonly leftovers: 0 | 1 };

const COLUMNS = 'deployment AS id, component, workspace, cluster, namespace, started, closed, leftovers';

/** Statements over the table `lines`: one row a deployment, written with its appends. */
export function linesOf(database: Database) {
  const put = database.prepare<[StoredLine & { readonly seq: number }]>(
    `INSERT INTO lines (deployment, seq, component, workspace, cluster, namespace, started, closed, leftovers)
     VALUES (@id, @seq, @component, @workspace, @cluster, @namespace, @started, @closed, @leftovers)
     ON CONFLICT (deployment) DO UPDATE SET seq = excluded.seq, component = excluded.component,
       workspace = excluded.workspace, cluster = excluded.cluster, namespace = excluded.namespace,
       started = excluded.started, closed = excluded.closed, leftovers = excluded.leftovers
     WHERE excluded.seq >= lines.seq`,
  );
  const listed = database.prepare<[string, number]>(
    'DELETE FROM unlisted WHERE deployment = ? AND ? >= (SELECT seq FROM heads WHERE heads.deployment = unlisted.deployment)',
  );
  const unlist = database.prepare<[string]>('INSERT INTO unlisted VALUES (?) ON CONFLICT DO NOTHING');
  const unlisted = database.prepare<[], string>('SELECT deployment FROM unlisted ORDER BY deployment').pluck();
  const set = database.transaction((id: string, seq: number, line: Line) => {
    put.run({ ...line, id, seq, leftovers: line.leftovers ? 1 : 0 });
    listed.run(id, seq);
  });
  return {
    set: (id: string, seq: number, line: Line): void => set(id, seq, line),
    unlist: (id: string): void => void unlist.run(id),
    unlisted: () => unlisted.all(),
    find(filter: LineFilter, latest: number): Listed[] {
      const { where, values } = condition(filter);
      return database
        .prepare<[...(string | number)[]], StoredLine>(
          `SELECT ${COLUMNS} FROM lines ${where} ORDER BY started DESC, deployment DESC LIMIT ?`,
        )
        .all(...values, latest)
        .reverse()
        .map((line) => ({ ...line, leftovers: line.leftovers === 1 }));
    },
    count(filter: LineFilter): number {
      const { where, values } = condition(filter);
      return (
        database
          .prepare<[...(string | number)[]], number>(`SELECT count(*) FROM lines ${where}`)
          .pluck()
          .get(...values) ?? 0
      );
    },
  };
}

/** Column names are the filter's own keys, which its type names; values are bound. */
function condition({ open, leftovers, ...same }: LineFilter): { where: string; values: (string | number)[] } {
  const equal = Object.entries(same).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const parts = [
    ...equal.map(([column]) => `${column} = ?`),
    ...(open === undefined ? [] : [open ? "closed = ''" : "closed <> ''"]),
    ...(leftovers === undefined ? [] : [`leftovers = ${leftovers ? 1 : 0}`]),
  ];
  return {
    where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`,
    values: equal.map(([, value]) => value),
  };
}
