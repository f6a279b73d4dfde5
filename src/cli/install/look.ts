import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { CLIENTS, type Client, type ClientName, places, spelled } from './clients.ts';
import { serverEntry } from './entry.ts';
import { readJson } from './json.ts';
import { readToml } from './toml.ts';

/** How a client on this machine stands to this server; clients whose file isn't there are left out. */
export type ClientStanding = {
  readonly client: ClientName;
  readonly title: string;
  readonly file: string;
  /** ours: starts this server. other: an entry of that name that starts something else. */
  readonly entry: 'ours' | 'other' | 'none' | 'unreadable';
};

export function clientsHere(cwd: string): ClientStanding[] {
  const rows: [ClientName, Client][] = [];
  for (const name of clientNames) rows.push([name, CLIENTS[name]]);
  return rows.flatMap(([client, row]) => {
    const { title, format, at, file: where } = row;
    const file = where(places(cwd));
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return [];
    }
    const read = format === 'toml' ? readToml(text) : readJson(text);
    return [{ client, title, file, entry: read.ok ? entryAt(read.value, at, row) : 'unreadable' }];
  });
}

const clientNames = Object.keys(CLIENTS).filter((name): name is ClientName => name in CLIENTS);

function entryAt(value: unknown, path: readonly string[], client: Client): 'ours' | 'other' | 'none' {
  const entry = path.reduce<unknown>(
    (table, key) => (typeof table === 'object' && table !== null ? new Map(Object.entries(table)).get(key) : undefined),
    value,
  );
  if (typeof entry !== 'object' || entry === null) return 'none';
  const own = spelled(client, serverEntry());
  return isDeepStrictEqual(started({ ...entry }), started(own)) ? 'ours' : 'other';
}

/** What an entry starts: program and arguments, however it spells them. A workspace of its own changes nothing about that. */
function started({ command, args = [] }: Record<string, unknown>): unknown[] {
  const words = [...(Array.isArray(command) ? command : [command]), ...(Array.isArray(args) ? args : [])];
  const workspace = words.indexOf('--workspace');
  return workspace < 0 ? words : words.slice(0, words[workspace - 1] === '--' ? workspace - 1 : workspace);
}
