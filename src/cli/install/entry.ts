import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../version.ts';
import type { ServerEntry } from './clients.ts';

/**
 * How a client is to start this infragate: from a clone by npm, which brings Node and builds when needed; the published
 * package by npx where it was started so (npx's own folders don't last), else by the Node that runs it now.
 */
export type Wishes = { readonly env?: Readonly<Record<string, string>>; readonly workspace?: string };

/** With a workspace and an environment of its own. npm hands on what stands after `--`. */
export function wantedEntry({ env = {}, workspace }: Wishes): ServerEntry {
  const entry = serverEntry();
  const more = workspace === undefined ? [] : [...(entry.command === 'npm' ? ['--'] : []), '--workspace', workspace];
  return {
    command: entry.command,
    args: [...entry.args, ...more],
    ...(Object.keys(env).length === 0 ? {} : { env }),
  };
}

export function serverEntry(): ServerEntry {
  const root = packageRoot();
  if (existsSync(join(root, 'scripts', 'dev.mjs')))
    return { command: 'npm', args: ['--prefix', root, 'run', '--silent', 'infragate'] };
  if (/[\\/]_npx[\\/]/.test(root)) return { command: 'npx', args: ['--yes', `infragate@${version()}`] };
  return { command: process.execPath, args: [join(root, 'bin', 'infragate.js')] };
}

/** dist/cli/install/ and src/cli/install/ both lie three below it. */
export const packageRoot = (): string => fileURLToPath(new URL('../../../', import.meta.url)).replace(/[\\/]$/, '');
