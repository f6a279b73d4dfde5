import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { notAsAnnounced } from './answers.ts';

/** A workspace, a data folder and agents (MCP clients over stdio, each with a server of its own) on one sandbox. */
export type Scene = {
  readonly home: string;
  readonly workspace: string;
  readonly namespace: string;
  agent(options?: AgentOptions): Promise<Agent>;
  write(path: string, text: string): void;
  end(): Promise<void>;
};

export type AgentOptions = {
  readonly approve?: 'approve' | 'revise' | 'reject' | 'decline';
  /** What happens between the form and its answer. */
  readonly beforeAnswer?: () => void;
  readonly env?: Record<string, string>;
  readonly timeoutMs?: number;
};

export type Answer = { readonly isError: boolean; readonly text: string; readonly value: Record<string, unknown> };

export type Agent = {
  readonly pid: number | null;
  call(tool: string, args?: Record<string, unknown>, timeoutMs?: number): Promise<Answer>;
  /** The refusal's code; fails the test's expectation by being undefined otherwise. */
  refused(tool: string, args?: Record<string, unknown>): Promise<string | undefined>;
  close(): Promise<void>;
};

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
let serial = 0;

export function scene(sandbox: Sandbox, purpose: string): Scene {
  serial += 1;
  const folder = mkdtempSync(join(tmpdir(), `infragate-${purpose}-`));
  const [home, workspace, bin] = [join(folder, 'home'), join(folder, 'workspace'), join(folder, 'bin')];
  mkdirSync(workspace, { recursive: true });
  mkdirSync(bin, { recursive: true });
  if (sandbox.bin !== null && sandbox.bin !== undefined) symlinkSync(sandbox.bin, join(bin, 'kubectl'));
  const agents: Agent[] = [];
  const self: Scene = {
    home,
    workspace,
    namespace: `${purpose}-${process.pid}-${serial}`,
    write(path, text) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
    },
    async agent(options = {}) {
      const env = {
        PATH: `${bin}:${process.env.PATH ?? ''}`,
        HOME: folder,
        KUBECONFIG: sandbox.kubeconfig,
        INFRAGATE_HOME: home,
        ...options.env,
      };
      const agent = await connect(
        { command: process.execPath, args: [cli, '--workspace', workspace], env, cwd: workspace },
        options,
      );
      agents.push(agent);
      return agent;
    },
    async end() {
      for (const agent of agents) await agent.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return self;
}

async function connect(
  server: { command: string; args: string[]; env: Record<string, string>; cwd: string },
  options: AgentOptions,
): Promise<Agent> {
  const client = new Client(
    { name: 'scene', version: '1' },
    { capabilities: options.approve === undefined ? {} : { elicitation: { form: {} } } },
  );
  if (options.approve !== undefined) {
    client.setRequestHandler('elicitation/create', async (request) => {
      options.beforeAnswer?.();
      return answerForm(String(request.params.message), options.approve);
    });
  }
  const transport = new StdioClientTransport({ ...server, stderr: 'inherit' });
  await client.connect(transport);
  const call: Agent['call'] = async (tool, args = {}, timeoutMs = options.timeoutMs ?? 120_000) => {
    const result = await client.callTool({ name: tool, arguments: args }, { timeout: timeoutMs });
    const wrong = notAsAnnounced(tool, { ...Object(result.structuredContent) });
    if (wrong !== undefined) throw new Error(wrong);
    return {
      isError: result.isError === true,
      text: result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'),
      value: { ...Object(result.structuredContent) },
    };
  };
  return {
    pid: transport.pid,
    call,
    refused: async (tool, args) => {
      const { value } = await call(tool, args);
      return Object(value.refusal).code;
    },
    close: () => client.close(),
  };
}

function answerForm(message: string, choice: AgentOptions['approve']) {
  const prefix = /begins with ([0-9a-f]+)/.exec(message)?.[1] ?? '';
  if (choice === 'decline' || choice === undefined) return { action: 'decline' as const };
  return { action: 'accept' as const, content: { digest_prefix: prefix, choice, remark: 'as the test says' } };
}

/** `infragate ARGS`, as a process. */
export function infragate(home: string, args: readonly string[]): { status: number; stdout: string; stderr: string } {
  try {
    const stdout = execFileSync(process.execPath, [cli, ...args], {
      env: { ...process.env, INFRAGATE_HOME: home },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { status: 0, stdout, stderr: '' };
  } catch (error) {
    const { status, stdout, stderr } = Object(error);
    return { status: Number(status), stdout: String(stdout), stderr: String(stderr) };
  }
}
