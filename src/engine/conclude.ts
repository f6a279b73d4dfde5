import { unexpected } from '../print/unexpected.ts';
import { LedgerLost } from '../state/index.ts';
import {
  type Actor,
  type Deployment,
  type Fact,
  type Refusal,
  refuse,
  STEPS,
  type Step,
  stepInputOf,
} from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';
import { answerOf, refusalAnswer } from './answer.ts';
import { cleanUpEarlier } from './cleanup.ts';
import type { Call, EngineContext } from './context.ts';
import { appendDecided, load } from './record.ts';
import { createRun } from './run.ts';
import { type Outcome, type Performed, Refused, type Tool } from './tool.ts';

/** A run's body and its end: what came of it is recorded and becomes the answer. */

export function runFor(
  engine: EngineContext,
  call: Call,
  tool: Tool,
  d: Deployment | undefined,
  signal: AbortSignal,
  progress: (message: string) => void,
  id: string,
) {
  return createRun({
    ...engine,
    id,
    tool: tool.name,
    actor: call.actor,
    signal,
    deployment: d,
    progress,
    connected: (connection) => cleanUpEarlier(engine, connection, d),
    take: (next, input) => engine.perform({ ...call, tool: next, input }),
  });
}

/** Runs the tool; an expected end deep inside (Refused) becomes a refusal here, and nowhere else. */
export async function settled(
  tool: Tool,
  input: Record<string, unknown>,
  run: ReturnType<typeof createRun>,
): Promise<Outcome<Record<string, unknown>>> {
  try {
    const body = await tool.load();
    return await body(input, run);
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refusal', refusal: error.refusal };
    throw error;
  }
}

export async function finish(
  engine: EngineContext,
  call: Call,
  tool: Tool,
  id: string,
  outcome: Outcome<Record<string, unknown>>,
  runId?: string,
  cancelled = false,
): Promise<Performed> {
  if (outcome.kind === 'refusal') {
    if (runId !== undefined) {
      const result = await engine.ledger.put(JSON.stringify({ refusal: outcome.refusal }), 'application/json');
      const status = outcome.refusal.code;
      await end(engine, call.actor, id, runId, { outcome: cancelled ? 'cancelled' : 'refused', status, result });
    }
    return refused(engine, call, tool, id, outcome.refusal);
  }
  const status = typeof outcome.value.status === 'string' ? outcome.value.status : undefined;
  if (runId !== undefined) {
    const result = await engine.ledger.put(JSON.stringify(outcome.value), 'application/json');
    await end(engine, call.actor, id, runId, {
      outcome: 'answered',
      result,
      ...(status === undefined ? {} : { status }),
    });
  }
  const loaded = await load(engine, id);
  if (!loaded.ok) return refusalAnswer(loaded.refusal);
  const performed = answerOf(tool, outcome.value, loaded.deployment, engine.now());
  return outcome.kind === 'question' ? { ...performed, question: { ...outcome.question, deployment: id } } : performed;
}

/** `ended` is always taken: a run that is over must be known to be over. */
export async function end(
  engine: EngineContext,
  by: Actor,
  id: string,
  run: string,
  how: Omit<Extract<Fact, { type: 'ended' }>, 'type' | 'run'>,
) {
  await appendDecided(engine, id, by, engine.now, () => [{ type: 'ended', run, ...how }]);
}

/** A refusal by the law is part of the story (the retrospective counts them); a typo is not. */
const ON_RECORD = new Set<Refusal['code']>([
  'GATE_NOT_PASSED',
  'PHASE_ORDER',
  'APPROVAL_REQUIRED',
  'PLAN_DRIFT',
  'WRONG_TARGET',
  'UNSAFE',
]);

export async function refused(
  engine: EngineContext,
  call: Call,
  tool: Tool,
  id: string,
  refusal: Refusal,
): Promise<Performed> {
  const loaded = await load(engine, id);
  if (!loaded.ok) return refusalAnswer(loaded.refusal);
  let d = loaded.deployment;
  const step: Step = STEPS[tool.name];
  const isPreview = step.previews?.(stepInputOf({ ...Object(call.input) })) ?? false;
  if (ON_RECORD.has(refusal.code) && !isPreview && d.closed === undefined) {
    const appended = await appendDecided(engine, id, call.actor, engine.now, (at) => {
      const last = at.refusals.at(-1);
      // The same call refused again and again is one line of the story.
      if (last !== undefined && last.seq === at.seq && last.tool === tool.name && last.code === refusal.code) return [];
      return [
        {
          type: 'refused',
          tool: tool.name,
          code: refusal.code,
          because: shortened(refusal.message, 500),
          ...(refusal.gate === undefined ? {} : { gate: refusal.gate }),
        },
      ];
    });
    if (appended.ok) d = appended.deployment;
  }
  return refusalAnswer(refusal, d, engine.now());
}

/** A bug, not a verdict: said plainly, without a stack, and the server lives on. */
export function broken(tool: string, error: unknown): Performed {
  if (error instanceof LedgerLost) return refusalAnswer(refuse('FORBIDDEN', error.message));
  return { isError: true, text: unexpected(tool, error), structured: {} };
}
