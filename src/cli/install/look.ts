import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { CLIENTS, type Client, type ClientName, places } from './clients.ts';
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
  return rows.flatMap(([client, { title, format, at, file: where }]) => {
    const file = where(places(cwd));
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return [];
    }
    const read = format === 'toml' ? readToml(text) : readJson(text);
    return [{ client, title, file, entry: read.ok ? entryAt(read.value, at) : 'unreadable' }];
  });
}

const clientNames: readonly ClientName[] = [
  'claude-code',
  'claude-desktop',
  'vscode',
  'cursor',
  'codex',
  'gemini',
  'inspector',
];

function entryAt(value: unknown, path: readonly string[]): 'ours' | 'other' | 'none' {
  const entry = path.reduce<unknown>(
    (table, key) => (typeof table === 'object' && table !== null ? new Map(Object.entries(table)).get(key) : undefined),
    value,
  );
  if (typeof entry !== 'object' || entry === null) return 'none';
  const { command, args } = { command: undefined, args: [], ...entry };
  const own = serverEntry();
  return command === own.command && isDeepStrictEqual([...(Array.isArray(args) ? args : [])], [...own.args])
    ? 'ours'
    : 'other';
}
