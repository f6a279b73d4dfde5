import { admit, admitRole, type Deployment, refuse, STEPS, type Step, stepInputOf } from '../workflow/index.ts';
import { answerOf, refusalAnswer } from './answer.ts';
import { badInput } from './bad-input.ts';
import { finish, refused, runFor, settled } from './conclude.ts';
import type { Call, EngineContext } from './context.ts';
import { runWithLease } from './lease.ts';
import { load } from './record.ts';
import { newRunId } from './run-id.ts';
import { select } from './select.ts';
import type { Performed, Tool } from './tool.ts';

/**
 * The one place that runs a tool: parse, select, admit, begin, run, record, answer. Permission comes before, facts while
 * the run is open, counting after. Never throws for what can be expected.
 */
export async function perform(engine: EngineContext, call: Call): Promise<Performed> {
  const tool = engine.tools.find((t) => t.name === call.tool);
  if (tool === undefined) return refusalAnswer(refuse('BAD_INPUT', `tool: there is no tool "${call.tool}"`));
  const forbidden = admitRole(tool.name, call.actor);
  if (forbidden !== undefined) return refusalAnswer(forbidden);
  const parsed = tool.input.safeParse(call.input ?? {});
  if (!parsed.success) return refusalAnswer(badInput(tool, parsed.error));
  const input: Record<string, unknown> = parsed.data;
  const step: Step = STEPS[tool.name];

  if (step.deployment === 'new') return runAlone(engine, call, tool, input);
  const wanted = typeof input.deployment === 'string' ? input.deployment : undefined;
  const selected = await select(engine, wanted, engine.workspace, step.deployment, tool.name);
  if (selected.kind === 'refusal') return refusalAnswer(selected.refusal);
  if (selected.kind === 'none') return runAlone(engine, call, tool, input);
  if (step.effect === 'none') return runWithoutLease(engine, call, tool, input, selected.deployment);
  return runWithLease(engine, call, tool, input, selected.deployment.id);
}

/** No deployment, no record: start-deployment (which opens one), the two checks on their own, the list. */
async function runAlone(
  engine: EngineContext,
  call: Call,
  tool: Tool,
  input: Record<string, unknown>,
): Promise<Performed> {
  const run = runFor(
    engine,
    call,
    tool,
    undefined,
    call.signal ?? new AbortController().signal,
    call.progress ?? (() => {}),
    newRunId(),
  );
  const outcome = await settled(tool, input, run).finally(() => run.end());
  if (outcome.kind === 'refusal') return refusalAnswer(outcome.refusal);
  const opened = typeof outcome.value.deployment === 'string' ? outcome.value.deployment : undefined;
  const loaded = opened === undefined || opened === 'none' ? undefined : await load(engine, opened);
  return answerOf(tool, outcome.value, loaded?.ok ? loaded.deployment : undefined, engine.now());
}

/** Steps that touch nothing but the record: admitted, run and recorded at once. */
async function runWithoutLease(
  engine: EngineContext,
  call: Call,
  tool: Tool,
  input: Record<string, unknown>,
  d: Deployment,
): Promise<Performed> {
  const refusal = admit(tool.name, d, stepInputOf(input), engine.now());
  if (refusal !== undefined) return refused(engine, call, tool, d.id, refusal);
  const run = runFor(
    engine,
    call,
    tool,
    d,
    call.signal ?? new AbortController().signal,
    call.progress ?? (() => {}),
    newRunId(),
  );
  const outcome = await settled(tool, input, run).finally(() => run.end());
  return finish(engine, call, tool, d.id, outcome);
}
