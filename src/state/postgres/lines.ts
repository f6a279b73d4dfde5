import type { Line, LineFilter, Listed } from '../ledger.ts';
import type { Database } from './pool.ts';
import { text } from './values.ts';

const COLUMNS = 'component, workspace, cluster, namespace, started, closed, leftovers';

export const valuesOf = (line: Line): unknown[] => [
  text(line.component),
  text(line.workspace),
  text(line.cluster),
  text(line.namespace),
  text(line.started),
  text(line.closed),
  line.leftovers,
];

/**
 * What one append, or one setLine, writes of the line of deployment $1 as of row `last`: `values` are the line's seven. An
 * older line changes nothing.
 */
export const upsert = (schema: string, last: string, values: string, from = ''): string =>
  `INSERT INTO ${schema}.lines AS old (deployment, appended, seq, ${COLUMNS})
   SELECT $1::text, ${last}, ${last}, ${values} ${from}
   ON CONFLICT (deployment) DO UPDATE SET
     appended = greatest(old.appended, excluded.appended),
     ${['seq', ...COLUMNS.split(', ')].map((column) => `${column} = CASE WHEN excluded.seq >= old.seq THEN excluded.${column} ELSE old.${column} END`).join(', ')}`;

/** A record that went on without its line. */
export const unlist = (schema: string, last: string, from: string): string =>
  `INSERT INTO ${schema}.lines AS old SELECT $1::text, ${last}, 0, '', '', '', '', '', '', false ${from}
   ON CONFLICT (deployment) DO UPDATE SET appended = greatest(old.appended, excluded.appended)`;

export function linesIn(database: Database, schema: string) {
  return {
    async find(filter: LineFilter, latest: number): Promise<Listed[]> {
      const { where, values } = condition(filter);
      const { rows } = await database.ask(
        `SELECT deployment, ${COLUMNS} FROM ${schema}.lines WHERE ${where}
         ORDER BY started DESC, deployment DESC LIMIT $${values.length + 1}`,
        [...values, latest],
      );
      return rows.map(listed).reverse();
    },
    async count(filter: LineFilter): Promise<number> {
      const { where, values } = condition(filter);
      const { rows } = await database.ask(`SELECT count(*) AS count FROM ${schema}.lines WHERE ${where}`, values);
      return Number(rows[0]?.count);
    },
    async unlisted(): Promise<string[]> {
      const { rows } = await database.ask(
        `SELECT deployment FROM ${schema}.lines WHERE seq < appended ORDER BY deployment`,
      );
      return rows.map((row) => String(row.deployment));
    },
    async set(deployment: string, seq: number, line: Line): Promise<void> {
      await database.ask(upsert(schema, '$2::integer', placeholders(3)), [deployment, seq, ...valuesOf(line)]);
    },
  };
}

/** `$from … ` for the seven values of a line. */
export const placeholders = (from: number): string =>
  Array.from({ length: 7 }, (_, index) => `$${from + index}${index === 6 ? '::boolean' : '::text'}`).join(', ');

const listed = (row: Readonly<Record<string, unknown>>): Listed => ({
  id: String(row.deployment),
  component: String(row.component),
  workspace: String(row.workspace),
  cluster: String(row.cluster),
  namespace: String(row.namespace),
  started: String(row.started),
  closed: String(row.closed),
  leftovers: row.leftovers === true,
});

/** Column names are the filter's own keys, which its type names; values are bound. A record without any line has seq 0. */
function condition({ open, leftovers, ...same }: LineFilter): { where: string; values: string[] } {
  const equal = Object.entries(same).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const parts = [
    'seq > 0',
    ...equal.map(([column], index) => `${column} = $${index + 1}`),
    ...(open === undefined ? [] : [open ? "closed = ''" : "closed <> ''"]),
    ...(leftovers === undefined ? [] : [leftovers ? 'leftovers' : 'NOT leftovers']),
  ];
  return { where: parts.join(' AND '), values: equal.map(([, value]) => text(value)) };
}
