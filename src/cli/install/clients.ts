import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where each client keeps its MCP servers, and how it spells one. A new client is one row.
 */
export type ServerEntry = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type Client = {
  readonly title: string;
  readonly format: 'json' | 'toml';
  /** Path of the entry inside the file. */
  readonly at: readonly string[];
  /** Client's own fields beside command and args. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Where its entry is no {command, args, env}. */
  entry?(server: ServerEntry): Readonly<Record<string, unknown>>;
  file(places: Places): string;
  /** The same for one project's members, in a file of its repository. */
  project?(places: Places): string;
  /** Whether its documentation says that it shows forms (elicitation), in which a person can approve. */
  readonly elicits: 'yes' | 'no' | 'unknown';
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
    elicits: 'yes',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    fields: { type: 'stdio' },
    project: ({ cwd }) => join(cwd, '.mcp.json'),
    file: ({ home, env }) => join(env.CLAUDE_CONFIG_DIR || home, '.claude.json'),
    afterwards:
      '`claude mcp list` shows it connected. The plugin has the commands and the hooks as well (plugin/README.md).',
  },
  'claude-desktop': {
    title: 'Claude Desktop',
    elicits: 'unknown',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ settings }) => join(settings, 'Claude', 'claude_desktop_config.json'),
    afterwards: 'Restart Claude Desktop.',
  },
  vscode: {
    title: 'VS Code',
    elicits: 'yes',
    format: 'json',
    at: ['servers', 'infragate'],
    fields: { type: 'stdio' },
    project: ({ cwd }) => join(cwd, '.vscode', 'mcp.json'),
    file: ({ settings }) => join(settings, 'Code', 'User', 'mcp.json'),
    afterwards: 'In VS Code: MCP: List Servers, infragate, Start.',
  },
  cursor: {
    title: 'Cursor',
    elicits: 'yes',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    project: ({ cwd }) => join(cwd, '.cursor', 'mcp.json'),
    file: ({ home }) => join(home, '.cursor', 'mcp.json'),
    afterwards: 'Cursor asks to enable it (Settings, MCP).',
  },
  codex: {
    title: 'Codex',
    elicits: 'unknown',
    format: 'toml',
    at: ['mcp_servers', 'infragate'],
    // Codex gives a call 60 s; apply-phase and phase-gate answer RUNNING after 45, but a slow cluster needs room.
    fields: { startup_timeout_sec: 60, tool_timeout_sec: 300 },
    project: ({ cwd }) => join(cwd, '.codex', 'config.toml'),
    file: ({ home, env }) => join(env.CODEX_HOME || join(home, '.codex'), 'config.toml'),
    afterwards: '`codex mcp list` shows it.',
  },
  gemini: {
    title: 'Gemini CLI',
    elicits: 'unknown',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    project: ({ cwd }) => join(cwd, '.gemini', 'settings.json'),
    file: ({ home }) => join(home, '.gemini', 'settings.json'),
    afterwards: '`/mcp` in Gemini CLI shows it.',
  },
  copilot: {
    title: 'GitHub Copilot CLI',
    elicits: 'unknown',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    fields: { type: 'local', tools: ['*'] },
    file: ({ home, env }) => join(env.COPILOT_HOME || join(home, '.copilot'), 'mcp-config.json'),
    afterwards: '`/mcp` in Copilot CLI shows it.',
  },
  opencode: {
    title: 'opencode',
    elicits: 'unknown',
    format: 'json',
    at: ['mcp', 'infragate'],
    entry: ({ command, args, env }) => ({
      type: 'local',
      command: [command, ...args],
      enabled: true,
      ...(env === undefined ? {} : { environment: env }),
    }),
    project: ({ cwd }) => join(cwd, 'opencode.json'),
    file: ({ home, env }) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode', 'opencode.json'),
    afterwards: '`opencode mcp list` shows it.',
  },
  zed: {
    title: 'Zed',
    elicits: 'no',
    format: 'json',
    at: ['context_servers', 'infragate'],
    fields: { source: 'custom' },
    project: ({ cwd }) => join(cwd, '.zed', 'settings.json'),
    file: ({ home, env }) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'zed', 'settings.json'),
    afterwards: 'The agent panel of Zed shows it among its settings.',
  },
  windsurf: {
    title: 'Windsurf',
    elicits: 'unknown',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ home }) => join(home, '.codeium', 'windsurf', 'mcp_config.json'),
    afterwards: 'In Windsurf: MCP servers, Refresh.',
  },
  cline: {
    title: 'Cline',
    elicits: 'unknown',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ settings }) =>
      join(settings, 'Code', 'User', 'globalStorage', 'saoudrizwan.claude-dev', 'settings', 'cline_mcp_settings.json'),
    afterwards: 'Cline lists it under MCP Servers, Configure.',
  },
  kiro: {
    title: 'Kiro',
    elicits: 'unknown',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    project: ({ cwd }) => join(cwd, '.kiro', 'settings', 'mcp.json'),
    file: ({ home }) => join(home, '.kiro', 'settings', 'mcp.json'),
    afterwards: 'Kiro lists it in its MCP panel.',
  },
  amp: {
    title: 'Amp',
    elicits: 'unknown',
    format: 'json',
    at: ['amp.mcpServers', 'infragate'],
    project: ({ cwd }) => join(cwd, '.amp', 'settings.json'),
    file: ({ home, env }) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'amp', 'settings.json'),
    afterwards: '`amp mcp list` shows it.',
  },
  inspector: {
    title: 'MCP Inspector',
    elicits: 'yes',
    format: 'json',
    at: ['mcpServers', 'infragate'],
    file: ({ cwd }) => join(cwd, 'mcp.json'),
    afterwards: '`npx @modelcontextprotocol/inspector --config mcp.json --server infragate` opens it.',
  },
} as const satisfies Record<string, Client>;

export type ClientName = keyof typeof CLIENTS;

/** As the client spells it: its own fields, and an environment only where there is one. */
export function spelled(client: Client, server: ServerEntry): Record<string, unknown> {
  if (client.entry !== undefined) return { ...client.entry(server) };
  const { env, ...rest } = server;
  return { ...rest, ...client.fields, ...(env === undefined ? {} : { env }) };
}

/** The field in which an entry of this client has its environment. */
export const environmentField = (client: Client): string => (client.entry === undefined ? 'env' : 'environment');
