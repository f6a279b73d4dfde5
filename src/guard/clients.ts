import { type Fields, hookInput, isFields } from './input.ts';
import type { Answer } from './main.ts';
import type { ToolUse } from './tools.ts';

/**
 * The agents whose hooks the guard serves: how each says which tool is to be used, and how it is answered. Sources: Claude
 * Code, Codex, Gemini CLI (hooks reference), GitHub Copilot CLI (hooks configuration), Cursor (hooks) and OpenCode
 * (plugins), as documented in 2026.
 */
export const AGENT_CLIENTS = ['claude-code', 'codex', 'gemini', 'copilot', 'cursor', 'opencode'] as const;
export type AgentClient = (typeof AGENT_CLIENTS)[number];

/** `--for NAME`, `--for=NAME`; undefined: a name that isn't known. */
export function clientNamed(args: readonly string[]): AgentClient | undefined {
  const at = args.findIndex((arg) => arg === '--for' || arg.startsWith('--for='));
  if (at === -1) return 'claude-code';
  const name = args[at] === '--for' ? args[at + 1] : args[at]?.slice('--for='.length);
  return AGENT_CLIENTS.find((one) => one === name);
}

/** The tool, its input and the folder, from what the client writes on the hook's input. */
export function readUse(client: AgentClient, text: string): ToolUse {
  const { cwd, fields } = hookInput(text);
  return client === 'copilot' || client === 'cursor' ? camelCaseUse(fields, cwd) : snakeCaseUse(fields, cwd);
}

/** Claude Code, Codex, Gemini CLI, OpenCode: `tool_name` and `tool_input`. */
function snakeCaseUse(fields: Fields, cwd: string): ToolUse {
  const tool = fields.tool_name ?? fields.tool;
  const input = fields.tool_input ?? fields.args;
  if (!isFields(input)) throw new Error('the call has no tool_input');
  return { tool: typeof tool === 'string' ? tool : 'Bash', input, cwd };
}

/** Copilot CLI: `toolName` and `toolArgs` (JSON in a string); Cursor: a bare `command`, or a tool of an MCP server. */
function camelCaseUse(fields: Fields, cwd: string): ToolUse {
  const tool = fields.toolName ?? fields.tool_name;
  const given = fields.toolArgs ?? fields.tool_input;
  if (typeof tool === 'string') {
    const input: unknown = typeof given === 'string' ? JSON.parse(given) : given;
    if (!isFields(input)) throw new Error(`the call of ${tool} has no arguments`);
    const server = fields.server ?? fields.mcp_server_name;
    const isMcp = fields.hook_event_name === 'beforeMCPExecution' && !tool.includes('__');
    return { tool: isMcp ? `mcp__${typeof server === 'string' ? server : 'kubernetes'}__${tool}` : tool, input, cwd };
  }
  if (typeof fields.command === 'string') return { tool: 'shell', input: { command: fields.command }, cwd };
  throw new Error('the call names no tool and has no command');
}

type Writer = (because: string | undefined) => Answer;
const printed = (value: unknown): Answer => ({ stdout: JSON.stringify(value), stderr: '', code: 0 });
const silent: Answer = { stdout: '', stderr: '', code: 0 };

/** How a client is told to stop, with a reason for the agent; undefined: go on, under the client's own rules. */
const WRITERS: Readonly<Record<AgentClient, Writer>> = {
  'claude-code': (because) => (because === undefined ? silent : printed(denied(because))),
  codex: (because) => (because === undefined ? silent : printed(denied(because))),
  gemini: (because) => printed(because === undefined ? {} : { decision: 'deny', reason: because }),
  copilot: (because) =>
    because === undefined ? silent : printed({ permissionDecision: 'deny', permissionDecisionReason: because }),
  cursor: (because) =>
    printed(because === undefined ? {} : { permission: 'deny', user_message: because, agent_message: because }),
  // Its plugin (install/opencode-plugin.ts) turns this into the error that stops a tool.
  opencode: (because) => (because === undefined ? silent : { stdout: '', stderr: because, code: 2 }),
};

const denied = (because: string) => ({
  hookSpecificOutput: {
    hookEventName: 'PreToolUse',
    permissionDecision: 'deny',
    permissionDecisionReason: because,
  },
});

/** Clients that take exit code 2 for "stop", whatever is printed. */
const STOPS_BY_CODE: ReadonlySet<AgentClient> = new Set(['claude-code', 'codex', 'gemini', 'opencode']);

export function writeAnswer(client: AgentClient, because: string | undefined, outcome?: 'failed'): Answer {
  if (outcome === 'failed' && because !== undefined && STOPS_BY_CODE.has(client))
    return { stdout: '', stderr: `${because}\n`, code: 2 };
  return WRITERS[client](because);
}
