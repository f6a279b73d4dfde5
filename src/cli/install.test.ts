import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
  installCommand().parseAsync(['--client', client, '--yes', ...flags], { from: 'user' });

const fileOf = (client: ClientName) => CLIENTS[client].file(places(home));

function given(client: ClientName, text: string) {
  mkdirSync(dirname(fileOf(client)), { recursive: true });
  writeFileSync(fileOf(client), text);
}

const names = Object.keys(CLIENTS).filter((name): name is ClientName => name in CLIENTS);

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
    const [command, args] = [process.execPath, [expect.stringMatching(/bin[\\/]infragate\.js$/)]];
    expect(entry()).toMatchObject(client === 'opencode' ? { command: [command, ...args] } : { command, args });
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

test('where nobody can be asked nothing is written without --yes', async () => {
  await installCommand().parseAsync(['--client', 'cursor'], { from: 'user' });
  expect(existsSync(fileOf('cursor'))).toBe(false);
  expect(process.exitCode).toBe(2);
  expect(said.join('')).toContain('--yes writes');
});

test('what the user had on the entry stays, the environment above all', async () => {
  given('cursor', '{"mcpServers":{"infragate":{"command":"old","env":{"HTTPS_PROXY":"p","A":"1"},"disabled":true}}}');
  await run('cursor', '--env', 'A=2', '--kubeconfig', 'kube.config', '--workspace', 'apps');
  expect(JSON.parse(readFileSync(fileOf('cursor'), 'utf8')).mcpServers.infragate).toEqual({
    command: process.execPath,
    args: [expect.stringMatching(/bin[\\/]infragate\.js$/), '--workspace', join(home, 'apps')],
    env: { HTTPS_PROXY: 'p', A: '2', INFRAGATE_KUBECONFIG: join(home, 'kube.config') },
    disabled: true,
  });
  expect(clientsHere(home)).toMatchObject([{ client: 'cursor', entry: 'ours' }]);
});

test("a project's file is another one, with an undo of its own", async () => {
  await run('claude-code');
  await run('claude-code', '--scope', 'project');
  expect(JSON.parse(readFileSync(join(home, '.mcp.json'), 'utf8')).mcpServers.infragate.command).toBe(process.execPath);
  await run('claude-code', '--scope', 'project', '--undo');
  expect(existsSync(join(home, '.mcp.json'))).toBe(false);
  expect(existsSync(fileOf('claude-code'))).toBe(true);
  await run('claude-desktop', '--scope', 'project');
  expect(said.join('')).toContain('Claude Desktop has no file for a project');
});

test('a byte order mark stays, and a key that is there twice is no guess', async () => {
  given('gemini', '\uFEFF{"a": 1}');
  await run('gemini');
  expect(readFileSync(fileOf('gemini'), 'utf8')).toMatch(/^\uFEFF\{/);
  given('cursor', '{\n"mcpServers": {},\n"mcpServers": {"x": {}}\n}');
  await run('cursor');
  expect(said.join('')).toContain('line 3: the key "mcpServers" is there twice');
});

test('a link that leads nowhere yet leads there still', async () => {
  mkdirSync(join(home, '.cursor'));
  symlinkSync(join(home, 'dotfiles', 'mcp.json'), fileOf('cursor'));
  await run('cursor');
  expect(lstatSync(fileOf('cursor')).isSymbolicLink()).toBe(true);
  expect(existsSync(join(home, 'dotfiles', 'mcp.json'))).toBe(true);
});
