import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where each client keeps its MCP servers, and how it spells one. A new client is one row.
 */
export type ServerEntry = { readonly command: string; readonly args: readonly string[] };

export type Client = {
  readonly title: string;
  readonly format: 'json' | 'toml';
  /** Path of the entry inside the file. */
  readonly at: readonly string[];
  /** Client's own fields beside command and args. */
  readonly fields?: Readonly<Record<string, unknown>>;
  file(places: Places): string;
  /** What to do next, in a sentence. */
  readonly afterwards: string;
};

export type Places = {
  readonly home: string;
  /** Folder in which applications keep their settings: XDG_CONFIG_HOME, Application Support, %APPDATA%. */
  readonly settings: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function places(cwd: string, env: Places['env'] = process.env, platform: string = process.platform): Places {
  const home = env.HOME || homedir();
  const settings =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : platform === 'win32'
        ? env.APPDATA || join(home, 'AppData', 'Roaming')
        : env.XDG_CONFIG_HOME || join(home, '.config');
  return { home, settings, cwd, env };
}

export const CLIENTS = {
  'claude-code': {
    title: 'Claude Code',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    fields: { type: 'stdio', env: {} },
    file: ({ home, env }) => join(env.CLAUDE_CONFIG_DIR || home, '.claude.json'),
    afterwards:
      '`claude mcp list` shows it connected. The plugin has the commands and the hooks as well (plugin/README.md).',
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ settings }) => join(settings, 'Claude', 'claude_desktop_config.json'),
    afterwards: 'Restart Claude Desktop.',
  },
  vscode: {
    title: 'VS Code',
    format: 'json',
    at: ['servers', 'infragate'],
    fields: { type: 'stdio' },
    file: ({ settings }) => join(settings, 'Code', 'User', 'mcp.json'),
    afterwards: 'In VS Code: MCP: List Servers, infragate, Start.',
  },
  cursor: {
    title: 'Cursor',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ home }) => join(home, '.cursor', 'mcp.json'),
    afterwards: 'Cursor asks to enable it (Settings, MCP).',
  },
  codex: {
    title: 'Codex',
    format: 'toml',
    at: ['mcp_servers', 'infragate'],
    // Codex gives a call 60 s; apply-phase and phase-gate answer RUNNING after 45, but a slow cluster needs room.
    fields: { startup_timeout_sec: 60, tool_timeout_sec: 300 },
    file: ({ home, env }) => join(env.CODEX_HOME || join(home, '.codex'), 'config.toml'),
    afterwards: '`codex mcp list` shows it.',
  },
  gemini: {
    title: 'Gemini CLI',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ home }) => join(home, '.gemini', 'settings.json'),
    afterwards: '`/mcp` in Gemini CLI shows it.',
  },
  inspector: {
    title: 'MCP Inspector',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ cwd }) => join(cwd, 'mcp.json'),
    afterwards: '`npx @modelcontextprotocol/inspector --config mcp.json --server infragate` opens it.',
  },
} as const satisfies Record<string, Client>;

export type ClientName = keyof typeof CLIENTS;
