import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { FirstAnswers } from '../src/mcp/first-answers.ts';
import { createChannel, createServer } from '../src/mcp/index.ts';
import { version } from '../src/package.ts';
import { TOOLS } from '../src/tools/index.ts';

/** Part of the build: asks the server what clients ask first, in every version it speaks, and prints the results. */
const MODERN = ['2026-07-28'] as const;
const LISTS = ['ping', 'tools/list', 'prompts/list', 'resources/templates/list'] as const;
const CLIENT = { name: 'build', version: '1' } as const;

type Request = { readonly method: string; readonly params: Readonly<Record<string, unknown>> };

const legacy = (protocolVersion: string): readonly Request[] => [
  { method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo: CLIENT } },
  ...LISTS.map((method) => ({ method, params: {} })),
];

const modern = (protocolVersion: string): readonly Request[] =>
  ['server/discover', ...LISTS.slice(1)].map((method) => ({
    method,
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': protocolVersion,
        'io.modelcontextprotocol/clientInfo': CLIENT,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  }));

/** The server's answers to requests of one connection, in their order. */
async function ask(requests: readonly Request[]): Promise<readonly unknown[]> {
  const channel = createChannel({ version: version(), tools: TOOLS });
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const handle = serveStdio(() => createServer(channel), { transport: new StdioServerTransport(stdin, stdout) });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const results: unknown[] = [];
  for (const [id, request] of requests.entries()) {
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...request })}\n`);
    const answer = JSON.parse((await lines.next()).value ?? '{}');
    if (answer.id !== id || answer.result === undefined)
      throw new Error(`${request.method} was answered with ${JSON.stringify(answer)}`);
    results.push(answer.result);
  }
  await handle.close();
  return results;
}

export async function recordFirstAnswers(): Promise<FirstAnswers> {
  const texts: string[] = [];
  const place = (result: unknown): number => {
    const text = JSON.stringify(result);
    const known = texts.indexOf(text);
    return known === -1 ? texts.push(text) - 1 : known;
  };
  async function record(versions: readonly string[], requests: (version: string) => readonly Request[]) {
    const recorded: Record<string, Record<string, number>> = {};
    for (const one of versions) {
      const asked = requests(one);
      const results = await ask(asked);
      recorded[one] = Object.fromEntries(asked.map(({ method }, index) => [method, place(results[index])]));
    }
    return recorded;
  }
  const of = {
    legacy: await record(SUPPORTED_PROTOCOL_VERSIONS, legacy),
    modern: await record(MODERN, modern),
  };
  return { results: texts.map((text) => JSON.parse(text)), ...of };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await recordFirstAnswers()));
