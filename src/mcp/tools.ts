import type { CallToolResult, InputRequiredResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { Engine, Performed, ToolDefinition } from '../engine/index.ts';
import { printError } from '../print/index.ts';
import { unexpected } from '../print/unexpected.ts';
import type { ToolName } from '../workflow/index.ts';
import { visible } from '../workflow/visible.ts';
import type { Channel } from './channel.ts';
import { agentOf, type ClientView, clientOf } from './client.ts';
import { awaited, offer, withPage } from './page.ts';
import { answered, ask, take } from './question.ts';
import { result } from './result.ts';
import { hurried, takesTask, taskFor } from './tasks.ts';
import { announcedInput, announcedOutput } from './wire-schema.ts';

type Arguments = Record<string, unknown>;

export function registerTools(server: McpServer, channel: Channel): void {
  for (const tool of channel.tools) {
    server.registerTool(tool.name, listed(tool), (args, ctx) => call(server, channel, tool.name, args, ctx));
  }
}

const LISTED = new WeakMap<ToolDefinition, ReturnType<typeof listing>>();

/** Over HTTP every request has a server of its own; the schemas are converted once for all of them. */
function listed(tool: ToolDefinition): ReturnType<typeof listing> {
  const known = LISTED.get(tool) ?? listing(tool);
  LISTED.set(tool, known);
  return known;
}

/** A form about the plan may have been shown in between. */
const ASKS: readonly ToolName[] = ['request-approval', 'advance-deployment'];

function listing(tool: ToolDefinition) {
  return {
    title: tool.title,
    description: tool.description,
    inputSchema: announcedInput(tool.input),
    outputSchema: announcedOutput(tool.output, {
      waits: 'wait' in tool.input.shape,
      asks: ASKS.includes(tool.name),
    }),
    annotations: tool.annotations,
    // Claude Code defers tools: these two say which are always there, and which words find the others.
    _meta: {
      ...(tool.alwaysLoad === true ? { 'anthropic/alwaysLoad': true } : {}),
      ...(tool.searchHint === undefined ? {} : { 'anthropic/searchHint': tool.searchHint }),
    },
  };
}

/** The list as a client gets it, for those who count its cost (bytes / 4 are tokens, roughly). */
export function toolListing(tools: readonly ToolDefinition[]) {
  return tools.map((tool) => {
    const { inputSchema, outputSchema, ...rest } = listing(tool);
    const target = { target: 'draft-2020-12' } as const;
    return {
      name: tool.name,
      ...rest,
      inputSchema: inputSchema['~standard'].jsonSchema.input(target),
      outputSchema: outputSchema['~standard'].jsonSchema.output(target),
    };
  });
}

/** One call: engine, maybe a question for a person, answer. An unexpected exception ends the call, not the server. */
async function call(
  server: McpServer,
  channel: Channel,
  tool: string,
  args: Arguments,
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const client = clientOf(server, ctx);
    channel.workspace.learn(ctx.mcpReq.inputResponses);
    const roots = channel.workspace.ask(client);
    if (roots !== undefined) return roots;

    const engine = await channel.engine();
    const sealed = answered(ctx);
    if (sealed !== undefined) {
      if (sealed.link !== undefined) return result(await awaited(sealed, sealed.link, engine, client, ctx));
      const taken = await take(sealed, { tool, deployment: args.deployment }, engine, client, ctx);
      if (taken.kind === 'decided') return result(taken.performed);
      return result(stillPending(taken.because, await perform(engine, tool, args, client, ctx)));
    }
    const inTasks = client.hasTasks && takesTask(tool);
    const performed = await perform(engine, tool, inTasks ? hurried(tool, args) : args, client, ctx);
    const { question } = performed;
    const page = question === undefined ? undefined : await channel.page(question.deployment).catch(noPage);
    if (question !== undefined && page !== undefined && client.canOpenPages)
      return await offer(question, page, tool, channel.seal, ctx);
    if (question !== undefined && client.canShowForms) return await ask(question, tool, channel.seal, ctx, page);
    const task = inTasks ? await taskFor(engine, client, tool, performed) : undefined;
    return task ?? result(page === undefined ? performed : withPage(performed, page));
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: visible(unexpected(tool, error)) }] };
  }
}

function perform(
  engine: Engine,
  tool: string,
  input: Arguments,
  client: ClientView,
  ctx: ServerContext,
): Promise<Performed> {
  return engine.perform({
    tool,
    input,
    actor: agentOf(client),
    signal: ctx.mcpReq.signal,
    progress: progressTo(ctx),
  });
}

/** A port that can't be had is no reason not to ask in another way. */
function noPage(error: unknown): undefined {
  printError(`infragate: the console could not be started: ${error instanceof Error ? error.message : String(error)}`);
  return undefined;
}

/** A decision by form didn't come about: why, and then how things stand (somebody may have decided elsewhere). */
const stillPending = (because: string, now: Performed): Performed => ({
  ...now,
  text: `The form decided nothing: ${because}.\n\n${now.text}`,
  structured: { ...now.structured, form: because },
});

/** Progress goes to the client that asked for it; one that is gone is no reason to stop. */
function progressTo(ctx: ServerContext): ((message: string) => void) | undefined {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return (message) => {
    progress += 1;
    ctx.mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress, message: visible(message) } })
      .catch(() => undefined);
  };
}
