import { McpServer } from '@modelcontextprotocol/server';
import type { Channel } from './channel.ts';
import { TASKS_EXTENSION } from './client.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { registerPrompts } from './prompts.ts';
import { registerResources } from './resources.ts';
import { registerTasks } from './tasks.ts';
import { registerTools } from './tools.ts';

/** Lists are the same for everybody and for as long as the process lives. */
const LIST = { ttlMs: 300_000, cacheScope: 'public' } as const;

/** A person reads a plan before deciding: as long as clients of the older era may keep a call open. */
const FORM_MS = 60 * 60_000;

/** One server for one connection (stdio) or one request (HTTP), the same in both protocol eras. */
export function createServer(channel: Channel): McpServer {
  const server = new McpServer(
    { name: 'infragate', title: 'infragate', version: channel.version },
    {
      instructions: INSTRUCTIONS,
      capabilities: {
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { listChanged: false },
        extensions: { [TASKS_EXTENSION]: {} },
      },
      cacheHints: {
        'tools/list': LIST,
        'prompts/list': LIST,
        'resources/templates/list': LIST,
        'server/discover': LIST,
      },
      requestState: { verify: (state, ctx) => channel.seal.open(state, ctx) },
      inputRequired: { roundTimeoutMs: FORM_MS },
    },
  );
  registerTools(server, channel);
  registerTasks(server, channel);
  registerPrompts(server, channel);
  registerResources(server, channel);
  return server;
}
