import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ServerCommand } from './servers.ts';

export type Message = {
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
};

/** A client of nothing but JSON lines: sees every byte the server writes, and can send what no SDK would. */
export type RawClient = {
  readonly process: ChildProcessWithoutNullStreams;
  /** Every line of stdout so far. */
  readonly lines: readonly string[];
  readonly stderr: () => string;
  send(line: string): void;
  request(method: string, params?: Record<string, unknown>): Promise<Message>;
  notify(method: string, params?: Record<string, unknown>): void;
  /** Ends stdin and waits for the process to end. */
  end(): Promise<number | null>;
};

export function rawClient({ command, args, env, cwd }: ServerCommand): RawClient {
  const child = spawn(command, args, { env, cwd, stdio: 'pipe' });
  const lines: string[] = [];
  const waiting = new Map<number | string, (message: Message) => void>();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message: Message = JSON.parse(line);
    if (message.id != null && message.method === undefined) waiting.get(message.id)?.(message);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let next = 0;
  const write = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  return {
    process: child,
    lines,
    stderr: () => stderr,
    send: (line) => child.stdin.write(`${line}\n`),
    request: (method, params) => {
      next += 1;
      const id = next;
      return new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        void ended.then((code) =>
          reject(new Error(`the server ended (${code}) before it answered ${method}: ${stderr}`)),
        );
        write({ id, method, ...(params === undefined ? {} : { params }) });
      });
    },
    notify: (method, params) => write({ method, ...(params === undefined ? {} : { params }) }),
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** The per-request envelope of protocol revision 2026-07-28. */
export const modern = (params: Record<string, unknown> = {}, capabilities: Record<string, unknown> = {}) => ({
  ...params,
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  },
});

/** The opening of the 2025 protocol. */
export async function initialize(client: RawClient, capabilities: Record<string, unknown> = {}): Promise<Message> {
  const answer = await client.request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities,
    clientInfo: { name: 'raw', version: '1' },
  });
  client.notify('notifications/initialized');
  return answer;
}
