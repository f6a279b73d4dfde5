import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import type { LedgerError } from '../ledger.ts';

/** One server of the list: how to connect, and its name in sentences, without user or password. */
export type Server = { readonly name: string; readonly config: ClientConfig };

export type Address = {
  /** In the order they are tried; the first that takes writes is used. */
  readonly servers: readonly Server[];
  /** The database's and schema's names, for sentences. */
  readonly name: string;
  readonly schema: string;
};

const DEFAULT_SCHEMA = 'infragate';
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * `postgres://[user@]host[:port][,host[:port]…]/database?schema=…&sslmode=…`: the connection URI of libpq, its TLS options
 * read as libpq reads them; `schema` (default `infragate`) is ours. The password comes from PGPASSWORD, ~/.pgpass, the URI,
 * or the file that INFRAGATE_LEDGER_PASSWORD_FILE names, which is read at each connection.
 */
export function readAddress(text: string, env: NodeJS.ProcessEnv = process.env): Address | LedgerError {
  const parts = /^(postgres(?:ql)?:\/\/)((?:[^@/?#]*@)?)([^/?#]*)((?:[/?#].*)?)$/s.exec(text);
  if (parts === null) return refuse("it is no 'postgres://' address");
  const [, scheme = '', user = '', hosts = '', rest = ''] = parts;
  const query = rest.indexOf('?');
  const parameters = new URLSearchParams(query < 0 ? '' : rest.slice(query + 1));
  const schema = parameters.get('schema') ?? DEFAULT_SCHEMA;
  if (!SCHEMA.test(schema))
    return refuse('`schema` is small letters, digits and _, at most 63 of them, and begins with a letter');
  parameters.delete('schema');
  // Which of several servers takes writes is asked of each of them.
  parameters.delete('target_session_attrs');
  // libpq's meaning of sslmode, not the stricter one that pg had before.
  parameters.set('uselibpqcompat', 'true');
  const path = query < 0 ? rest : rest.slice(0, query);
  const file = env.INFRAGATE_LEDGER_PASSWORD_FILE;
  try {
    const servers = hosts.split(',').map((host): Server => {
      const config = parseIntoClientConfig(`${scheme}${user}${host}${path}?${parameters}`);
      return {
        name: host === '' ? (config.host ?? 'localhost') : host,
        config:
          file === undefined || file === '' ? config : { ...config, password: () => readFileSync(file, 'utf8').trim() },
      };
    });
    const database = servers[0]?.config.database ?? env.PGDATABASE ?? '';
    return { servers, schema, name: `${database}/${schema} on ${servers.map(({ name }) => name).join(', ')}` };
  } catch (error) {
    // The parser's own message may repeat the address, and with it a password.
    return refuse(error instanceof Error && 'code' in error ? String(error.code) : 'it can not be read as a URI');
  }
}

const refuse = (why: string): LedgerError => ({
  status: 'error',
  reason: 'BadAddress',
  message: `INFRAGATE_LEDGER: ${why}. Right is postgres://user@host:5432/database?sslmode=verify-full, several hosts with commas between them; leave it out for a file in the data folder.`,
});
