import type { Database } from './pool.ts';

/**
 * How learnings are searched: `where` and `rank` over the column `text` and the words in $1 (a text array). What a server
 * has is asked when the ledger is opened; nothing else in this folder differs between servers.
 */
export type Dialect = { readonly name: 'tsvector' | 'plain'; readonly where: string; readonly rank: string };

const LIKE = `(SELECT count(*) FROM unnest($1::text[]) AS word WHERE position(word in lower(text)) > 0)`;
const QUERY = `websearch_to_tsquery('english', array_to_string($1::text[], ' or '))`;

export const DIALECTS: Readonly<Record<Dialect['name'], Dialect>> = {
  tsvector: {
    name: 'tsvector',
    where: `to_tsvector('english', text) @@ ${QUERY}`,
    rank: `ts_rank(to_tsvector('english', text), ${QUERY})`,
  },
  plain: { name: 'plain', where: `${LIKE} > 0`, rank: LIKE },
};

/** Full-text search where the server has it (not every server that speaks the protocol does), else plain words. */
export async function dialectOf(database: Database): Promise<Dialect> {
  try {
    await database.ask(
      `SELECT ${DIALECTS.tsvector.rank} FROM (SELECT 'a'::text AS text) one WHERE ${DIALECTS.tsvector.where}`,
      [['a']],
    );
    return DIALECTS.tsvector;
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^(42|0A)/.test(String(error.code))) return DIALECTS.plain;
    throw error;
  }
}

/** The longest text that is searched: a tsvector holds 1 MiB at most. */
export const MAX_SEARCHED = 100_000;
/** A lexeme is 2 KiB at most; nobody looks for longer words. */
export const MAX_WORD = 200;
