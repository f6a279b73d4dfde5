import { join } from 'node:path';
import { packageRoot, version } from '../../package.ts';
import type { ServerEntry } from './clients.ts';

export type Wishes = { readonly env?: Readonly<Record<string, string>>; readonly workspace?: string };

/** With a workspace and an environment of its own. */
export function wantedEntry({ env = {}, workspace }: Wishes): ServerEntry {
  const entry = serverEntry();
  return {
    command: entry.command,
    args: [...entry.args, ...(workspace === undefined ? [] : ['--workspace', workspace])],
    ...(Object.keys(env).length === 0 ? {} : { env }),
  };
}

/**
 * How a client is to start this infragate: by the Node that runs it now, without npm between them, which takes half a
 * second and stays in memory for the session. Only where npx started it, npx again, because npx's own folders don't last.
 */
export function serverEntry(): ServerEntry {
  const root = packageRoot();
  if (/[\\/]_npx[\\/]/.test(root)) return { command: 'npx', args: ['--yes', `infragate@${version()}`] };
  return { command: process.execPath, args: [join(root, 'bin', 'infragate.js')] };
}
