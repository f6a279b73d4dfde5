import { createHash, randomBytes } from 'node:crypto';
import { canonical, type Ledger } from '../state/index.ts';
import {
  type Actor,
  admit,
  type Deployment,
  type Fact,
  type Instant,
  openRuns,
  plan,
  type Refusal,
  type RunRecord,
  refuse,
  STEPS,
  type Step,
  type StepInput,
} from '../workflow/index.ts';
import { type ActiveRun, DEFAULT_WAIT_MS, waitFor } from './active.ts';
import { answer, badInput, positionText, refusalAnswer } from './answer.ts';
import { isDead, self } from './owner.ts';
import type { Policy } from './policy.ts';
import { reap } from './reaper.ts';
import { appendDecided, load } from './record.ts';
import { createRun } from './run.ts';
import { select } from './select.ts';
import { type Outcome, type Performed, Refused, type ToolDefinition } from './tool.ts';

export type Call = {
  readonly tool: string;
  readonly input: unknown;
  readonly actor: Actor;
  /** The caller's: aborting it detaches, it doesn't end the run. */
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((message: string) => void) | undefined;
};

/** What perform needs of the engine that owns it. */
export type Shop = {
  readonly ledger: Ledger;
  readonly home: string;
  readonly workspace: string;
  readonly policy: Policy;
  readonly tools: readonly ToolDefinition[];
  readonly active: Map<string, ActiveRun>;
  /** Clusters whose leftovers this process has looked for. */
  readonly reaped: Set<string>;
  now(): Instant;
};

/**
 * The one place that runs a tool: parse, select, admit, begin, run, record, answer. Permission comes before, facts while
 * the run is open, counting after. Never throws for what can be expected.
 */
export async function perform(shop: Shop, call: Call): Promise<Performed> {
  const tool = shop.tools.find((t) => t.name === call.tool);
  if (tool === undefined) return refusalAnswer(refuse('BAD_INPUT', `tool: there is no tool "${call.tool}"`));
  const parsed = tool.input.safeParse(call.input ?? {});
  if (!parsed.success) return refusalAnswer(badInput(tool.name, parsed.error.issues));
  const input: Record<string, unknown> = parsed.data;
  const step: Step = STEPS[tool.name];

  if (step.deployment === 'new') return runAlone(shop, call, tool, input);
  const wanted = typeof input.deployment === 'string' ? input.deployment : undefined;
  const selected = await select(shop.ledger, wanted, shop.workspace, step.deployment, tool.name);
  if (selected.kind === 'refusal') return refusalAnswer(selected.refusal);
  if (selected.kind === 'none') return runAlone(shop, call, tool, input);
  if (step.effect === 'none') return runWithoutLease(shop, call, tool, input, selected.deployment);
  return runWithLease(shop, call, tool, input, selected.deployment.id);
}

/** No deployment, no record: start-deployment (which opens one), the two checks on their own, the list. */
async function runAlone(
  shop: Shop,
  call: Call,
  tool: ToolDefinition,
  input: Record<string, unknown>,
): Promise<Performed> {
  const run = runFor(
    shop,
    call,
    tool,
    undefined,
    call.signal ?? new AbortController().signal,
    call.progress ?? (() => {}),
    newRunId(),
  );
  const outcome = await settled(tool, input, run);
  if (outcome.kind === 'refusal') return refusalAnswer(outcome.refusal);
  const opened = typeof outcome.value.deployment === 'string' ? outcome.value.deployment : undefined;
  const loaded = opened === undefined || opened === 'none' ? undefined : await load(shop.ledger, opened);
  return answer(outcome.value, tool.text(outcome.value), loaded?.ok ? loaded.deployment : undefined, shop.now());
}

/** Steps that touch nothing but the record: admitted, run and recorded at once. */
async function runWithoutLease(
  shop: Shop,
  call: Call,
  tool: ToolDefinition,
  input: Record<string, unknown>,
  d: Deployment,
): Promise<Performed> {
  const refusal = admit(tool.name, d, stepInput(input), shop.now());
  if (refusal !== undefined) return refused(shop, call, tool, d.id, refusal);
  const run = runFor(
    shop,
    call,
    tool,
    d,
    call.signal ?? new AbortController().signal,
    call.progress ?? (() => {}),
    newRunId(),
  );
  const outcome = await settled(tool, input, run);
  return finish(shop, call, tool, d.id, outcome);
}

/** Steps that take a while: begun under a lease, detachable, at most one at a time for what they work on. */
async function runWithLease(
  shop: Shop,
  call: Call,
  tool: ToolDefinition,
  input: Record<string, unknown>,
  id: string,
): Promise<Performed> {
  const step: Step = STEPS[tool.name];
  const key = step.key(stepInput(input));
  const digest = inputDigest(tool.name, input);
  const mine = [...shop.active.values()].find(
    (a) => a.deployment === id && a.key === key && (!a.finished || a.input === digest),
  );

  if (mine !== undefined) {
    if (mine.input !== digest) return refusalAnswer(inProgress(mine.tool, mine.run, mine.latest));
    if (input.cancel === true) {
      mine.abort.abort(new Error('cancelled'));
      await mine.promise;
    }
    return attach(shop, call, mine, input);
  }
  if (input.cancel === true) {
    return refusalAnswer(refuse('BAD_INPUT', `cancel: no ${tool.name} with these arguments is running here.`));
  }

  const runId = newRunId();
  let foreign: RunRecord | undefined;
  const begun = await appendDecided(shop.ledger, id, call.actor, shop.now, (d) => {
    const now = shop.now();
    const other = openRuns(d, now).find((r) => r.key === key);
    if (other !== undefined && isDead(other.owner))
      return [{ type: 'ended', run: other.run, outcome: 'lost' }, ...begin(d, now)];
    if (other !== undefined) {
      foreign = other;
      return inProgress(other.tool, other.run, `begun ${other.begun} by ${other.client}, lease until ${other.lease}`);
    }
    return admit(tool.name, d, stepInput(input), now) ?? begin(d, now);
  });
  if (!begun.ok) {
    if (foreign !== undefined) return refusalAnswer(begun.refusal);
    return refused(shop, call, tool, id, begun.refusal);
  }
  // A dead owner's run was ended above without asking the law; ask it now that the run is ours.
  const refusal = admit(tool.name, begun.deployment, stepInput(input), shop.now());
  if (refusal !== undefined) {
    await end(shop, call.actor, id, runId, { outcome: 'refused', status: refusal.code });
    return refused(shop, call, tool, id, refusal);
  }
  return attach(shop, call, start(shop, call, tool, input, begun.deployment, { runId, key, digest }), input);

  function begin(d: Deployment, now: Instant): Fact[] {
    const bound = plan(d)?.digest;
    const phase = stepInput(input).phase_number;
    return [
      {
        type: 'begun',
        run: runId,
        tool: tool?.name ?? '',
        key,
        input: digest,
        lease: new Date(Date.parse(now) + tool.lease_ms(input)).toISOString(),
        owner: self(),
        ...(bound === undefined ? {} : { bound }),
        ...(phase === undefined ? {} : { phase }),
      },
    ];
  }
}

function start(
  shop: Shop,
  call: Call,
  tool: ToolDefinition,
  input: Record<string, unknown>,
  d: Deployment,
  names: { runId: string; key: string; digest: string },
): ActiveRun {
  const abort = new AbortController();
  const listeners = new Set<(message: string) => void>();
  const progress = (message: string) => {
    active.latest = message;
    for (const listener of listeners) listener(message);
  };
  const timer = setTimeout(() => abort.abort(new Error('the lease ended')), tool.lease_ms(input));
  timer.unref();
  const promise = settled(tool, input, runFor(shop, call, tool, d, abort.signal, progress, names.runId))
    .then((outcome) => finish(shop, call, tool, d.id, outcome, names.runId))
    .catch((error: unknown) => broken(tool.name, error))
    .finally(() => {
      clearTimeout(timer);
      active.finished = true;
    });
  const active: ActiveRun = {
    run: names.runId,
    deployment: d.id,
    tool: tool.name,
    key: names.key,
    input: names.digest,
    abort,
    promise,
    begun: Date.now(),
    listeners,
    latest: 'started',
    finished: false,
  };
  shop.active.set(names.runId, active);
  return active;
}

async function attach(shop: Shop, call: Call, active: ActiveRun, input: Record<string, unknown>): Promise<Performed> {
  const wait = parseDuration(input.wait) ?? DEFAULT_WAIT_MS;
  const waited = await waitFor(active, wait, call.signal, call.progress);
  if (waited.kind === 'done') {
    shop.active.delete(active.run);
    return waited.performed;
  }
  const loaded = await load(shop.ledger, active.deployment);
  const value = {
    status: 'RUNNING',
    run: active.run,
    waiting_for: active.latest,
    running_ms: Date.now() - active.begun,
  };
  const text = `RUNNING (${Math.round(value.running_ms / 1000)} s): ${active.latest}. Call ${active.tool} again with the same arguments to wait for its result; cancel: true ends it.`;
  return answer(value, text, loaded.ok ? loaded.deployment : undefined, shop.now());
}

/** Runs the tool; an expected end deep inside (Refused) becomes a refusal here, and nowhere else. */
async function settled(
  tool: ToolDefinition,
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

async function finish(
  shop: Shop,
  call: Call,
  tool: ToolDefinition,
  id: string,
  outcome: Outcome<Record<string, unknown>>,
  runId?: string,
): Promise<Performed> {
  if (outcome.kind === 'refusal') {
    if (runId !== undefined)
      await end(shop, call.actor, id, runId, { outcome: 'refused', status: outcome.refusal.code });
    return refused(shop, call, tool, id, outcome.refusal);
  }
  const status = typeof outcome.value.status === 'string' ? outcome.value.status : undefined;
  if (runId !== undefined) {
    const result = await shop.ledger.put(JSON.stringify(outcome.value), 'application/json');
    await end(shop, call.actor, id, runId, {
      outcome: 'answered',
      result,
      ...(status === undefined ? {} : { status }),
    });
  }
  const loaded = await load(shop.ledger, id);
  if (!loaded.ok) return refusalAnswer(loaded.refusal);
  const performed = answer(outcome.value, tool.text(outcome.value), loaded.deployment, shop.now());
  return outcome.kind === 'question' ? { ...performed, question: { ...outcome.question, deployment: id } } : performed;
}

/** `ended` is always taken: a run that is over must be known to be over. */
async function end(
  shop: Shop,
  by: Actor,
  id: string,
  run: string,
  how: Omit<Extract<Fact, { type: 'ended' }>, 'type' | 'run'>,
) {
  await appendDecided(shop.ledger, id, by, shop.now, () => [{ type: 'ended', run, ...how }]);
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

async function refused(shop: Shop, call: Call, tool: ToolDefinition, id: string, refusal: Refusal): Promise<Performed> {
  const loaded = await load(shop.ledger, id);
  if (!loaded.ok) return refusalAnswer(loaded.refusal);
  let d = loaded.deployment;
  if (ON_RECORD.has(refusal.code) && d.closed === undefined) {
    const appended = await appendDecided(shop.ledger, id, call.actor, shop.now, (at) => {
      const last = at.refusals.at(-1);
      // The same call refused again and again is one line of the story.
      if (last !== undefined && last.seq === at.seq && last.tool === tool.name && last.code === refusal.code) return [];
      return [
        {
          type: 'refused',
          tool: tool.name,
          code: refusal.code,
          because: refusal.message.slice(0, 500),
          ...(refusal.gate === undefined ? {} : { gate: refusal.gate }),
        },
      ];
    });
    if (appended.ok) d = appended.deployment;
  }
  return refusalAnswer(refusal, d, shop.now());
}

function runFor(
  shop: Shop,
  call: Call,
  tool: ToolDefinition,
  d: Deployment | undefined,
  signal: AbortSignal,
  progress: (message: string) => void,
  id: string,
) {
  return createRun({
    id,
    tool: tool.name,
    actor: call.actor,
    workspace: shop.workspace,
    home: shop.home,
    policy: shop.policy,
    ledger: shop.ledger,
    signal,
    deployment: d,
    now: shop.now,
    progress,
    connected: (connection) => reap(shop, connection, d),
  });
}

const inProgress = (tool: string, run: string, how: string): Refusal =>
  refuse(
    'IN_PROGRESS',
    `${tool} is running already (run ${run}: ${how}). One at a time; its facts are recorded as they are learnt.`,
    {
      next: [{ tool: 'deployment-status', arguments: { show: 'timeline' } }],
    },
  );

function stepInput(input: Record<string, unknown>): StepInput {
  const { phase_number, assumption } = input;
  return {
    ...(typeof phase_number === 'number' ? { phase_number } : {}),
    ...(typeof assumption === 'string' ? { assumption } : {}),
  };
}

function inputDigest(tool: string, input: Record<string, unknown>): string {
  const { wait: _w, cancel: _c, ...rest } = input;
  return createHash('sha256').update(canonical({ tool, rest })).digest('hex');
}

const newRunId = () => `run-${randomBytes(6).toString('hex')}`;

/** "45s", "2m", "500ms" → milliseconds. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/.exec(value.trim());
  if (match === null) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000;
  return Number(match[1]) * unit;
}

/** A bug, not a verdict: said plainly, without a stack, and the server lives on. */
export function broken(tool: string, error: unknown): Performed {
  const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
  process.stderr.write(
    `infragate: ${tool} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return {
    isError: true,
    text: `${tool} failed inside infragate: ${message}. Nothing was concluded from it; this is a bug worth reporting.`,
    structured: { error: { message: message ?? 'unknown' } },
  };
}

export { positionText };
