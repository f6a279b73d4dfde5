import { isDead } from '../commands/owner.ts';
import type { Deployment, Instant, Refusal, RunRecord } from '../workflow/index.ts';
import { answerOf, refusalAnswer } from './answer.ts';
import type { EngineContext } from './context.ts';
import { load } from './record.ts';
import type { Performed } from './tool.ts';

/**
 * What became of a run, whichever process began it: what this one knows of its own, else what the record says. An answer
 * is made from the recorded one, with where the deployment is now.
 */
export type RunState = {
  readonly tool: string;
  /** Who began it, as the record has it. */
  readonly client: string;
  readonly begun: Instant;
} & (
  | { readonly kind: 'working'; readonly message: string }
  | { readonly kind: 'done'; readonly ended: Instant; readonly performed: Performed }
  | { readonly kind: 'cancelled'; readonly ended: Instant }
  | { readonly kind: 'failed'; readonly ended: Instant; readonly message: string }
);

/** Undefined when this ledger has no such run. */
export async function runState(engine: EngineContext, deployment: string, run: string): Promise<RunState | undefined> {
  const loaded = await load(engine, deployment);
  const record = loaded.ok ? loaded.deployment.runs.get(run) : undefined;
  if (!loaded.ok || record === undefined) return undefined;
  const { tool, client, begun, ended } = record;
  const head = { tool, client, begun };
  const active = engine.active.get(run);
  if (active !== undefined && !active.finished) return { ...head, kind: 'working', message: active.latest };
  if (ended === undefined) return { ...head, ...unended(record, engine.now()) };
  if (ended.outcome === 'cancelled') return { ...head, kind: 'cancelled', ended: ended.at };
  const performed = await recorded(engine, loaded.deployment, record);
  if (performed === undefined)
    return { ...head, kind: 'failed', ended: ended.at, message: `${tool} ended without an answer (${ended.outcome})` };
  return { ...head, kind: 'done', ended: ended.at, performed };
}

function unended(record: RunRecord, now: Instant) {
  if (record.lease > now && !isDead(record.owner))
    return { kind: 'working', message: 'it runs in another server of this ledger' } as const;
  const ended = record.lease < now ? record.lease : now;
  return { kind: 'failed', ended, message: `the server that ran ${record.tool} ended before it did` } as const;
}

async function recorded(
  engine: EngineContext,
  d: Deployment,
  { tool, ended }: RunRecord,
): Promise<Performed | undefined> {
  const body = ended?.result === undefined ? undefined : await engine.ledger.get(ended.result);
  const definition = engine.tools.find(({ name }) => name === tool);
  if (body === undefined || definition === undefined) return undefined;
  const value: Record<string, unknown> = { ...Object(JSON.parse(Buffer.from(body.body).toString('utf8'))) };
  if (isRefusal(value.refusal)) return refusalAnswer(value.refusal, d, engine.now());
  return answerOf(definition, value, d, engine.now());
}

/** As conclude.ts recorded it. */
const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'missing' in value;

/** Ends a run of this process and lets it clean up; a run of another one goes on. */
export function cancelRun(engine: EngineContext, run: string): void {
  engine.active.get(run)?.abort.abort(new Error('cancelled'));
}
