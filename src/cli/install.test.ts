import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CLIENTS, type ClientName, places } from './install/clients.ts';
import { clientsHere } from './install/look.ts';
import { editToml } from './install/toml.ts';
import { installCommand } from './install.ts';

let home: string;
const said: string[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'install-'));
  vi.stubEnv('HOME', home);
  vi.stubEnv('INFRAGATE_HOME', join(home, 'data'));
  vi.stubEnv('INIT_CWD', home);
  for (const name of ['XDG_CONFIG_HOME', 'CODEX_HOME', 'CLAUDE_CONFIG_DIR']) vi.stubEnv(name, '');
  said.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => said.push(String(line)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => said.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
  rmSync(home, { recursive: true, force: true });
});

const run = (client: ClientName, ...flags: string[]) =>
  installCommand().parseAsync(['--client', client, ...flags], { from: 'user' });

const fileOf = (client: ClientName) => CLIENTS[client].file(places(home));

function given(client: ClientName, text: string) {
  mkdirSync(dirname(fileOf(client)), { recursive: true });
  writeFileSync(fileOf(client), text);
}

const names: ClientName[] = ['claude-code', 'claude-desktop', 'vscode', 'cursor', 'codex', 'gemini', 'inspector'];

describe.each(names)('%s', (client) => {
  const { format, at } = CLIENTS[client];
  const rest =
    format === 'toml'
      ? '# mine\nmodel = "x" # keep\n\n[mcp_servers.other]\ncommand = "o"\n'
      : '{\n\t"theme": "dark",\n\t"n": 1\n}\n';
  const entry = () => {
    const text = readFileSync(fileOf(client), 'utf8');
    const all = format === 'toml' ? parseToml(text) : parseJsonc(text);
    return at.reduce((value, key) => value?.[key], all);
  };

  test('gets an entry that starts this server, and keeps the rest of its file', async () => {
    given(client, rest);
    await run(client);
    expect(entry()).toMatchObject({
      command: 'npm',
      args: ['--prefix', expect.any(String), 'run', '--silent', 'infragate'],
    });
    const text = readFileSync(fileOf(client), 'utf8');
    for (const line of rest.split('\n').filter((one) => /\w/.test(one)))
      expect(text).toContain(line.replace(/,?$/, ''));
    expect(said.join('\n')).toMatch(/^\+.*infragate/m);
  });

  test('undo puts back what was there, to the byte', async () => {
    given(client, rest);
    await run(client);
    await run(client, '--undo');
    expect(readFileSync(fileOf(client), 'utf8')).toBe(rest);
  });

  test('a file of our making goes away with undo', async () => {
    await run(client);
    expect(existsSync(fileOf(client))).toBe(true);
    await run(client, '--undo');
    expect(existsSync(fileOf(client))).toBe(false);
  });

  test('a dry run writes nothing', async () => {
    await run(client, '--dry-run');
    expect(existsSync(fileOf(client))).toBe(false);
    expect(said.join('\n')).toContain('would be written');
  });

  test('a second time changes nothing', async () => {
    await run(client);
    const text = readFileSync(fileOf(client), 'utf8');
    await run(client);
    expect(readFileSync(fileOf(client), 'utf8')).toBe(text);
    expect(said.join('\n')).toContain('unchanged');
  });
});

test('comments in a JSON file stay where they are', async () => {
  given('vscode', '{\n  // mine\n  "servers": {\n    /* the other */ "other": { "command": "o" },\n  },\n}\n');
  await run('vscode');
  const text = readFileSync(fileOf('vscode'), 'utf8');
  expect(text).toContain('// mine');
  expect(text).toContain('/* the other */ "other": { "command": "o" }');
  expect(parseJsonc(text).servers.infragate.type).toBe('stdio');
});

test('an entry of the same name that was there comes back with undo', async () => {
  given('cursor', '{"mcpServers":{"infragate":{"command":"mine"}}}');
  await run('cursor');
  await run('cursor', '--undo');
  expect(JSON.parse(readFileSync(fileOf('cursor'), 'utf8')).mcpServers.infragate).toEqual({ command: 'mine' });
});

test('a file that is not what it should be is left alone, and the line named', async () => {
  given('gemini', '{\n  "a": 1\n  "b": 2\n}');
  await run('gemini');
  expect(readFileSync(fileOf('gemini'), 'utf8')).toBe('{\n  "a": 1\n  "b": 2\n}');
  expect(said.join('\n')).toContain('line 3');
  expect(process.exitCode).toBe(1);
});

test('a table in another spelling of TOML is not damaged', () => {
  const inline = 'mcp_servers = { infragate = { command = "x" }, other = { command = "o" } }\n';
  expect(editToml(inline, ['mcp_servers', 'infragate'], { command: 'npm' })).toMatchObject({ ok: false });
  const quoted =
    '[mcp_servers."infragate"]\ncommand = "x"\n\n[mcp_servers."infragate".env]\nA = "1"\n\n[tui]\n# keep\nx = 1\n';
  const edited = editToml(quoted, ['mcp_servers', 'infragate'], { command: 'npm' });
  expect(edited).toMatchObject({ ok: true, text: expect.stringContaining('# keep') });
});

test('doctor is told which clients are here and which of them start this server', async () => {
  await run('codex');
  given('cursor', '{"mcpServers":{"infragate":{"command":"other"}}}');
  given('gemini', '{}');
  given('vscode', '{');
  const standing = Object.fromEntries(clientsHere(home).map((one) => [one.client, one.entry]));
  expect(standing).toEqual({ codex: 'ours', cursor: 'other', gemini: 'none', vscode: 'unreadable' });
});
