import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentClient } from '../../guard/clients.ts';
import { packageRoot } from '../../package.ts';
import type { Places } from './clients.ts';

/**
 * Where each client keeps its hooks, and how one that runs before a tool is written there. Sources: each client's reference
 * of hooks (OpenCode: of plugins), as of 2026.
 */
export type HookPlace = {
  file(places: Places): string;
  /** Lists in the file to which ours is added, each with its path. */
  readonly entries?: (command: string) => readonly { readonly at: readonly string[]; readonly value: unknown }[];
  /** What else the file must say. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** A file of its own, whole. */
  readonly whole?: (command: string) => string;
};

const MATCHER = 'Bash|Monitor|PowerShell|Edit|MultiEdit|Write|NotebookEdit|mcp__(?!(.*_)?infragate__).*';
const SECONDS = 10;

export const HOOK_PLACES: Readonly<Record<AgentClient, HookPlace>> = {
  'claude-code': {
    file: ({ home, env }) => join(env.CLAUDE_CONFIG_DIR || join(home, '.claude'), 'settings.json'),
    entries: (command) => [
      {
        at: ['hooks', 'PreToolUse'],
        value: { matcher: MATCHER, hooks: [{ type: 'command', command, timeout: SECONDS, onFailure: 'block' }] },
      },
    ],
  },
  codex: {
    file: ({ home, env }) => join(env.CODEX_HOME || join(home, '.codex'), 'hooks.json'),
    entries: (command) => [
      { at: ['hooks', 'PreToolUse'], value: { hooks: [{ type: 'command', command, timeout: SECONDS }] } },
    ],
  },
  gemini: {
    file: ({ home }) => join(home, '.gemini', 'settings.json'),
    entries: (command) => [
      {
        at: ['hooks', 'BeforeTool'],
        value: {
          matcher: 'run_shell_command|write_file|replace|mcp_.*|.*__.*',
          hooks: [{ name: 'infragate', type: 'command', command, timeout: SECONDS * 1000 }],
        },
      },
    ],
  },
  copilot: {
    file: ({ home, env }) => join(env.COPILOT_HOME || join(home, '.copilot'), 'hooks', 'infragate.json'),
    whole: (command) =>
      `${JSON.stringify({ version: 1, hooks: { preToolUse: [{ type: 'command', bash: command, powershell: `& ${command}`, timeoutSec: SECONDS }] } }, undefined, 2)}\n`,
  },
  cursor: {
    file: ({ home }) => join(home, '.cursor', 'hooks.json'),
    fields: { version: 1 },
    entries: (command) => [
      { at: ['hooks', 'beforeShellExecution'], value: { command, failClosed: true } },
      { at: ['hooks', 'beforeMCPExecution'], value: { command, failClosed: true } },
      { at: ['hooks', 'preToolUse'], value: { command, matcher: 'Write|StrReplace|Edit|Delete' } },
    ],
  },
  opencode: {
    file: ({ home, env }) => join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode', 'plugins', 'infragate.js'),
    whole: openCodePlugin,
  },
};

/** OpenCode has plugins, not commands, before a tool: one that runs the guard and throws what it answers. */
function openCodePlugin(command: string): string {
  return `// Written by \`infragate install --client opencode --hooks\`; --undo takes it away.
import { spawnSync } from 'node:child_process';

export const Infragate = async ({ directory }) => ({
  'tool.execute.before': async (input, output) => {
    const call = JSON.stringify({ tool_name: input.tool, tool_input: output.args ?? {}, cwd: directory });
    const { status, stderr, error } = spawnSync(${JSON.stringify(command)}, { input: call, encoding: 'utf8', shell: true, timeout: ${SECONDS * 1000} });
    if (status !== 0) throw new Error(stderr || (error ? error.message : 'the guard did not answer, so this stops'));
  },
});
`;
}

/** How a client's shell starts the guard: from a clone the plugin's bundle, else the package's command. */
export function guardCommandLine(client: AgentClient): string {
  const bundle = join(packageRoot(), 'plugin', 'hooks', 'guard.cjs');
  const words = existsSync(bundle)
    ? [process.execPath, bundle]
    : [process.execPath, join(packageRoot(), 'bin', 'infragate.js'), 'guard'];
  return `${words.map((word) => JSON.stringify(word)).join(' ')} --for ${client}`;
}

/** Whether an entry of a list of hooks is one of ours, of whichever installation. */
export const isOurs = (entry: unknown, client: AgentClient): boolean =>
  new RegExp(`(guard\\.cjs|infragate[^"]*guard)\\W.*--for ${client}\\b`).test(JSON.stringify(entry) ?? '');
