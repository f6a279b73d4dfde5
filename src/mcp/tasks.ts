import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Engine, Performed } from '../engine/index.ts';
import { visible } from '../workflow/visible.ts';
import type { Channel } from './channel.ts';
import { agentOf, type ClientView, callerKey, clientOf } from './client.ts';
import { result } from './result.ts';
import { sharedKey } from './seal.ts';

/*
 * Long work as tasks of the extension io.modelcontextprotocol/tasks (SEP-2663, protocol revision 2026-07-28). A task is a
 * run of the ledger, or the wait for a person's decision about a plan: nothing is kept for it here, so it outlives this
 * process. Its id names it under a MAC that covers who made it; any other id, and anybody else's, is not found.
 */
/** Tools that answer with a task where the client takes one. */
const TASK_TOOLS: ReadonlySet<string> = new Set([
  'request-approval',
  'tracer-bullet',
  'apply-phase',
  'phase-gate',
  'run-validation',
  'rollback-phase',
]);

/** Work that is over by then is answered at once, without a task. */
const PATIENCE = '1s';
const POLL_MS = 1000;
/** A person is asked to decide; a wait that is longer than this is answered `pending`. */
const APPROVAL_WAIT_MS = 60 * 60_000;

type Subject =
  | { readonly kind: 'run'; readonly deployment: string; readonly run: string }
  | { readonly kind: 'approval'; readonly deployment: string; readonly digest: string; readonly asked: string };

type Task = {
  readonly taskId: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  readonly ttlMs: null;
  readonly pollIntervalMs: number;
} & (
  | { readonly status: 'working' | 'cancelled'; readonly statusMessage: string }
  | { readonly status: 'completed'; readonly result: CallToolResult }
  | { readonly status: 'failed'; readonly error: { readonly code: number; readonly message: string } }
);

export const takesTask = (tool: string): boolean => TASK_TOOLS.has(tool);

/** The arguments with which a call is tried first: what takes longer becomes a task. */
export const hurried = (tool: string, args: Record<string, unknown>): Record<string, unknown> =>
  tool === 'request-approval' ? args : { ...args, wait: PATIENCE };

/** A task for what is not over yet; undefined when the answer is the whole answer. */
export async function taskFor(
  engine: Engine,
  client: ClientView,
  tool: string,
  performed: Performed,
): Promise<CallToolResult | undefined> {
  const subject = unfinished(tool, performed, engine.now());
  if (subject === undefined) return undefined;
  const taskId = await seal(engine, subject, client);
  const task = await stateOf(engine, client, taskId, subject);
  // The handle is a result of its own kind; what an ordinary answer would hold stays beside it.
  return { ...result(performed), ...task, resultType: 'task' };
}

const ANSWER = z.object({
  status: z.string(),
  deployment: z.string(),
  run: z.string().optional(),
  digest: z.string().optional(),
});

function unfinished(tool: string, performed: Performed, now: string): Subject | undefined {
  const read = ANSWER.safeParse(performed.structured);
  if (performed.isError || !read.success) return undefined;
  const { status, deployment, run, digest } = read.data;
  if (status === 'RUNNING' && run !== undefined) return { kind: 'run', deployment, run };
  if (tool === 'request-approval' && status === 'pending' && digest !== undefined)
    return { kind: 'approval', deployment, digest, asked: now };
  return undefined;
}

const PARAMS = z.object({ taskId: z.string().max(1000) });

/** tasks/get, tasks/update and tasks/cancel. */
export function registerTasks(server: McpServer, channel: Channel): void {
  const handle = (
    method: string,
    answer: (engine: Engine, client: ClientView, taskId: string, subject: Subject) => Promise<Record<string, unknown>>,
  ) =>
    server.server.setRequestHandler(method, { params: z.looseObject(PARAMS.shape) }, async ({ taskId }, ctx) => {
      const engine = await channel.engine();
      const client = clientOf(server, ctx);
      const subject = await opened(engine, taskId, client);
      if (subject === undefined) throw notFound();
      return answer(engine, client, taskId, subject);
    });
  handle('tasks/get', stateOf);
  // Nothing is asked of a client in a task: a form is answered before one is made.
  handle('tasks/update', async () => ({}));
  handle('tasks/cancel', async (engine, _client, _taskId, subject) => {
    if (subject.kind === 'run') await engine.cancelRun(subject.run);
    return {};
  });
}

const notFound = () => new ProtocolError(ProtocolErrorCode.InvalidParams, 'Task not found');

async function stateOf(engine: Engine, client: ClientView, taskId: string, subject: Subject): Promise<Task> {
  return subject.kind === 'run' ? runTask(engine, taskId, subject) : approvalTask(engine, client, taskId, subject);
}

const head = (taskId: string, createdAt: string, lastUpdatedAt: string) => ({
  taskId,
  createdAt,
  lastUpdatedAt,
  ttlMs: null,
  pollIntervalMs: POLL_MS,
});

async function runTask(engine: Engine, taskId: string, { deployment, run }: Extract<Subject, { kind: 'run' }>) {
  const state = await engine.runState(deployment, run);
  if (state === undefined) throw notFound();
  if (state.kind === 'working')
    return {
      ...head(taskId, state.begun, engine.now()),
      status: 'working',
      statusMessage: visible(state.message),
    } as const;
  const over = head(taskId, state.begun, state.ended);
  switch (state.kind) {
    case 'done':
      return { ...over, status: 'completed', result: result(state.performed) } as const;
    case 'cancelled':
      return { ...over, status: 'cancelled', statusMessage: `${state.tool} was cancelled` } as const;
    case 'failed':
      return {
        ...over,
        status: 'failed',
        error: { code: ProtocolErrorCode.InternalError, message: `${state.message}; call ${state.tool} again` },
      } as const;
  }
}

async function approvalTask(
  engine: Engine,
  client: ClientView,
  taskId: string,
  { deployment, digest, asked }: Extract<Subject, { kind: 'approval' }>,
): Promise<Task> {
  const read = await engine.read(deployment);
  if (!read.ok) throw notFound();
  const d = read.deployment;
  const decided = d.decisions.findLast((one) => one.digest === digest && one.at >= asked);
  const replaced = d.plans.at(-1)?.digest !== digest;
  const waited = Date.parse(engine.now()) - Date.parse(asked);
  if (decided === undefined && !replaced && d.closed === undefined && waited < APPROVAL_WAIT_MS)
    return {
      ...head(taskId, asked, engine.now()),
      status: 'working',
      statusMessage: visible(`a person decides about the plan: infragate approve ${deployment}`),
    };
  const performed = await engine.perform({
    tool: 'request-approval',
    input: { deployment },
    actor: agentOf(client),
  });
  return { ...head(taskId, asked, decided?.at ?? engine.now()), status: 'completed', result: result(performed) };
}

/** The id says what it is about, and a MAC by the ledger's key that we made it for this client. */
async function seal(engine: Engine, subject: Subject, client: ClientView): Promise<string> {
  const text = Buffer.from(JSON.stringify(subject)).toString('base64url');
  return `${text}.${await mac(engine, text, client)}`;
}

const SUBJECT: z.ZodType<Subject> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), deployment: z.string(), run: z.string() }),
  z.object({ kind: z.literal('approval'), deployment: z.string(), digest: z.string(), asked: z.string() }),
]);

async function opened(engine: Engine, taskId: string, client: ClientView): Promise<Subject | undefined> {
  const [text = '', given = ''] = taskId.split('.');
  const right = Buffer.from(await mac(engine, text, client));
  const shown = Buffer.from(given);
  if (shown.length !== right.length || !timingSafeEqual(shown, right)) return undefined;
  return SUBJECT.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
}

const mac = async (engine: Engine, text: string, client: ClientView): Promise<string> =>
  createHmac('sha256', await sharedKey(engine.home))
    .update(`task\0${text}\0${callerKey(client)}`)
    .digest('base64url');
