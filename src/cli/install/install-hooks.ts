import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AGENT_CLIENTS, type AgentClient } from '../../guard/clients.ts';
import type { Places } from './clients.ts';
import { guardCommandLine, HOOK_PLACES, isOurs } from './hooks.ts';
import { editJson, readJson } from './json.ts';

export type HookEdit =
  | { readonly status: 'unchanged'; readonly file: string }
  | {
      readonly status: 'edited';
      readonly file: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | { readonly status: 'error'; readonly file: string; readonly message: string };

export const hookClient = (name: string): AgentClient | undefined => AGENT_CLIENTS.find((one) => one === name);

/** What the client's file of hooks would hold with the guard in it, or (undo) without it. Writes nothing. */
export function hookEdit(client: AgentClient, places: Places, undo: boolean, asked?: string): HookEdit {
  const place = HOOK_PLACES[client];
  const file = asked ?? place.file(places);
  const before = contentOf(file);
  const command = guardCommandLine(client);
  const edited =
    place.whole === undefined ? listed(client, before ?? '', command, undo) : undo ? undefined : place.whole(command);
  if (edited !== undefined && typeof edited !== 'string') return { status: 'error', file, message: edited.because };
  const after = edited === undefined || (undo && isEmpty(edited)) ? undefined : edited;
  return after === before ? { status: 'unchanged', file } : { status: 'edited', file, before, after };
}

/** Whole or not at all: a client may be reading it. */
export function writeHooks(file: string, after: string | undefined): void {
  if (after === undefined) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, after, { mode: 0o600 });
  renameSync(fresh, file);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function listed(client: AgentClient, before: string, command: string, undo: boolean): string | { because: string } {
  const { entries = () => [], fields = {} } = HOOK_PLACES[client];
  let text = before;
  const set = (path: readonly string[], value: unknown): string | undefined => {
    const edited = editJson(text, path, value);
    if (!edited.ok) return edited.because;
    text = edited.text;
    return undefined;
  };
  for (const [name, value] of undo ? [] : Object.entries(fields)) {
    const why = at(text, [name]) === undefined ? set([name], value) : undefined;
    if (why !== undefined) return { because: why };
  }
  for (const { at: path, value } of entries(command)) {
    const found = at(text, path);
    if (found !== undefined && !Array.isArray(found)) return { because: `${path.join('.')} is not a list` };
    const others = (found ?? []).filter((one: unknown) => !isOurs(one, client));
    const next = undo ? others : [...others, value];
    if (found === undefined && undo) continue;
    const why = set(path, next.length === 0 ? undefined : next);
    if (why !== undefined) return { because: why };
  }
  const hooks = at(text, ['hooks']);
  if (undo && typeof hooks === 'object' && hooks !== null && Object.keys(hooks).length === 0) set(['hooks'], undefined);
  const read = readJson(text);
  return read.ok ? text : { because: read.because };
}

/** Nothing but what we ourselves write at first. */
function isEmpty(text: string): boolean {
  const read = readJson(text);
  const keys = read.ok && typeof read.value === 'object' && read.value !== null ? Object.keys(read.value) : ['?'];
  return keys.every((key) => key === 'version');
}

function at(text: string, path: readonly string[]): unknown {
  const read = readJson(text);
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined,
    read.ok ? read.value : undefined,
  );
}
