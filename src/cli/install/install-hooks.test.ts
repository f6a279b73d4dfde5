import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGENT_CLIENTS } from '../../guard/clients.ts';
import { type Places, places } from './clients.ts';
import { HOOK_PLACES } from './hooks.ts';
import { hookEdit, writeHooks } from './install-hooks.ts';

let home: string;
let at: Places;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hooks-'));
  at = places(home, { HOME: home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const apply = (client: (typeof AGENT_CLIENTS)[number], undo: boolean) => {
  const edit = hookEdit(client, at, undo);
  if (edit.status === 'edited') writeHooks(edit.file, edit.after);
  return edit;
};

describe.each(AGENT_CLIENTS)('%s', (client) => {
  test('runs the guard in its format, once however often it is installed, and no more after undo', () => {
    const { file } = apply(client, false);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(`--for ${client}`);
    expect(apply(client, false).status).toBe('unchanged');
    expect(apply(client, true)).toMatchObject({ status: 'edited', after: undefined });
    expect(apply(client, true).status).toBe('unchanged');
  });
});

test.each(['claude-code', 'codex', 'gemini', 'cursor'] as const)("%s keeps others' hooks and settings", (client) => {
  const file = HOOK_PLACES[client].file(at);
  const list = client === 'gemini' ? 'BeforeTool' : client === 'cursor' ? 'beforeShellExecution' : 'PreToolUse';
  const before = `${JSON.stringify({ theme: 'dark', hooks: { [list]: [{ command: 'mine' }] } }, undefined, 2)}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, before);
  apply(client, false);
  const edited = JSON.parse(readFileSync(file, 'utf8'));
  expect(edited.theme).toBe('dark');
  expect(edited.hooks[list]).toHaveLength(2);
  expect(edited.hooks[list][0]).toEqual({ command: 'mine' });
  apply(client, true);
  const undone = JSON.parse(readFileSync(file, 'utf8'));
  expect(undone.hooks).toEqual({ [list]: [{ command: 'mine' }] });
});

test('a file that is no JSON is left alone, and said', () => {
  const file = HOOK_PLACES.gemini.file(at);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '{"hooks":');
  expect(apply('gemini', false)).toMatchObject({ status: 'error' });
  expect(readFileSync(file, 'utf8')).toBe('{"hooks":');
});
