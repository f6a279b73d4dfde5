// Where the sandbox keeps things. Read from the environment at each call, so that tests can point it elsewhere.

import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { packageRoot } from '../package.ts';

/** XDG says that a relative path in its variables is to be ignored. */
function xdg(variable: string, ...fallback: string[]): string {
  const value = process.env[variable];
  return value !== undefined && isAbsolute(value) ? value : join(homedir(), ...fallback);
}

/** The folder of everything that must survive: INFRAGATE_HOME, else XDG_DATA_HOME/infragate. */
export function home(): string {
  const own = process.env.INFRAGATE_HOME;
  return own ? resolve(own) : join(xdg('XDG_DATA_HOME', '.local', 'share'), 'infragate');
}

/** The folder of what can be made again: INFRAGATE_CACHE, else XDG_CACHE_HOME/infragate. */
export function cache(): string {
  const own = process.env.INFRAGATE_CACHE;
  return own ? resolve(own) : join(xdg('XDG_CACHE_HOME', '.cache'), 'infragate');
}

/** The folder of the sandboxes, one folder each. */
export function sandboxes(): string {
  return join(home(), 'sandbox');
}

export function folderOf(name: string): string {
  return join(sandboxes(), name);
}

/** The Go sources. */
export function sources(): string {
  return join(packageRoot(), 'sandbox');
}

/** Names become folder names, kubeconfig context names and process marks. */
export function isSandboxName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name);
}
