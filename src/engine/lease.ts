import { createHash } from 'node:crypto';
import { isDead, self } from '../commands/owner.ts';
import { durationMs } from '../workflow/duration.ts';
import {
  admit,
  canonical,
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
  stepInputOf,
  windowState,
  windowWords,
} from '../workflow/index.ts';
import { type ActiveRun, DEFAULT_WAIT_MS, forTimer, waitFor } from './active.ts';
import { answer, refusalAnswer } from './answer.ts';
import { withinClass } from './classes.ts';
import { broken, end, finish, refused, runFor, settled } from './conclude.ts';
import type { Call, EngineContext } from './context.ts';
import { frozen } from './freezes.ts';
import { decidedInCluster } from './in-cluster.ts';
import { withNamespaceLease } from './namespace-lease.ts';
import { appendDecided, load } from './record.ts';
import { newRunId } from './run-id.ts';
import type { Performed, Tool } from './tool.ts';

/** Steps that take a while: begun under a lease, detachable, at most one at a time for what they work on. */
export async function runWithLease(
  engine: EngineContext,
  call: Call,
  tool: Tool,
  input: Record<string, unknown>,
  id: string,
): Promise<Performed> {
  const step: Step = STEPS[tool.name];
  const key = step.key(stepInputOf(input));
  const digest = inputDigest(tool.name, input);
  const over = [...engine.active].filter(([, a]) => a.finished && a.deployment === id && a.key === key);
  const bound = over.length === 0 ? undefined : await planNow(engine, id);
  // Nobody asked for what came of it, and another call at the same work is made now.
  for (const [run, a] of over) if (a.input !== digest || a.bound !== bound) engine.active.delete(run);
  const mine = [...engine.active.values()].find((a) => a.deployment === id && a.key === key);

  if (mine !== undefined) {
    if (mine.input !== digest) return refusalAnswer(inProgress(mine.tool, mine.run, mine.latest));
    if (input.cancel === true) {
      mine.abort.abort(new Error('cancelled'));
      await mine.promise;
    }
    return attach(engine, call, mine, input);
  }
  if (input.cancel === true) {
    return refusalAnswer(refuse('BAD_INPUT', `cancel: no ${tool.name} with these arguments is running here.`));
  }

  const held =
    (step.effect === 'writes' ? await frozenNow(engine, id) : undefined) ??
    (await outsideWindows(engine, tool, id, input));
  if (held !== undefined) return refused(engine, call, tool, id, held);
  const runId = newRunId();
  let foreign: RunRecord | undefined;
  const begun = await appendDecided(engine, id, call.actor, engine.now, (d) => {
    const now = engine.now();
    const other = openRuns(d, now).find((r) => r.key === key);
    if (other !== undefined && isDead(other.owner))
      return [{ type: 'ended', run: other.run, outcome: 'lost' }, ...begin(d, now)];
    if (other !== undefined) {
      foreign = other;
      return inProgress(other.tool, other.run, `begun ${other.begun} by ${other.client}, lease until ${other.lease}`);
    }
    return admit(tool.name, d, stepInputOf(input), now) ?? begin(d, now);
  });
  if (!begun.ok) {
    if (foreign !== undefined) return refusalAnswer(begun.refusal);
    return refused(engine, call, tool, id, begun.refusal);
  }
  // A dead owner's run was ended above without asking the law; ask it now that the run is ours.
  const refusal = admit(tool.name, begun.deployment, stepInputOf(input), engine.now());
  if (refusal !== undefined) {
    await end(engine, call.actor, id, runId, { outcome: 'refused', status: refusal.code });
    return refused(engine, call, tool, id, refusal);
  }
  return attach(engine, call, start(engine, call, tool, input, begun.deployment, { runId, key, digest }), input);

  function begin(d: Deployment, now: Instant): Fact[] {
    const bound = plan(d)?.digest;
    const phase = stepInputOf(input).phase_number;
    return [
      {
        type: 'begun',
        run: runId,
        tool: tool?.name ?? '',
        key,
        input: digest,
        lease: new Date(Date.parse(now) + leaseMs(tool, input)).toISOString(),
        owner: self(),
        ...(bound === undefined ? {} : { bound }),
        ...(phase === undefined ? {} : { phase }),
      },
    ];
  }
}

function start(
  engine: EngineContext,
  call: Call,
  tool: Tool,
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
  const timer = setTimeout(() => abort.abort(new Error('the lease ended')), leaseMs(tool, input));
  timer.unref();
  const run = runFor(engine, call, tool, d, abort.signal, progress, names.runId);
  const step: Step = STEPS[tool.name];
  const way = step.namespaceLease?.(stepInputOf(input)) ?? 'none';
  const lostIt = (why: string) => abort.abort(new Error(why));
  const promise = withNamespaceLease(engine, { run, d, way, lost: lostIt }, () => settled(tool, input, run))
    .finally(() => run.end())
    .then((outcome) => finish(engine, call, tool, d.id, outcome, names.runId, abort.signal.aborted))
    .then((performed) => withinClass(engine, performed))
    .then((performed) => decidedInCluster(engine, performed))
    .then(async (performed) => {
      active.bound = await planNow(engine, d.id);
      return performed;
    })
    .catch(async (error: unknown) => {
      // Left open, it would keep every other run of its key out until its lease ends.
      await end(engine, call.actor, d.id, names.runId, { outcome: 'broken' }).catch(() => undefined);
      return broken(tool.name, error);
    })
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
    bound: plan(d)?.digest,
    abort,
    promise,
    begun: Date.now(),
    listeners,
    latest: 'started',
    finished: false,
  };
  engine.active.set(names.runId, active);
  return active;
}

/** What a gate holds back is not what a window does: the gate's refusal comes first. */
async function outsideWindows(
  engine: EngineContext,
  { name }: Tool,
  id: string,
  input: Record<string, unknown>,
): Promise<Refusal | undefined> {
  const { policy, now } = engine;
  const step: Step = STEPS[name];
  if (policy.change_windows.length === 0 || step.changes?.(stepInputOf(input)) !== true) return undefined;
  const state = windowState(policy.change_windows, now());
  if (state.open) return undefined;
  const loaded = await load(engine, id);
  if (!loaded.ok || admit(name, loaded.deployment, stepInputOf(input), now()) !== undefined) return undefined;
  const when = state.next === undefined ? 'none opens within two weeks' : `the next opens ${state.next}`;
  return refuse(
    'PERSON_NEEDED',
    `The policy lets phases be applied in change windows only (${policy.change_windows.map(windowWords).join('; ')}), and ${when}. Nothing was applied; rollbacks are not held back.`,
    { next: [{ person: 'the operator', action: 'wait for the window, or change change_windows in policy.yaml' }] },
  );
}

async function frozenNow(engine: EngineContext, id: string): Promise<Refusal | undefined> {
  const loaded = await load(engine, id);
  return loaded.ok ? frozen(engine.home, loaded.deployment) : undefined;
}

async function planNow(engine: EngineContext, id: string): Promise<string | undefined> {
  const loaded = await load(engine, id);
  return loaded.ok ? plan(loaded.deployment)?.digest : undefined;
}

async function attach(
  engine: EngineContext,
  call: Call,
  active: ActiveRun,
  input: Record<string, unknown>,
): Promise<Performed> {
  const wait = durationMs(String(input.wait ?? '')) ?? DEFAULT_WAIT_MS;
  const waited = await waitFor(active, wait, call.signal, call.progress);
  if (waited.kind === 'done') {
    engine.active.delete(active.run);
    return waited.performed;
  }
  const loaded = await load(engine, active.deployment);
  const value = {
    status: 'RUNNING',
    run: active.run,
    waiting_for: active.latest,
    running_ms: Date.now() - active.begun,
  };
  const text = `RUNNING (${Math.round(value.running_ms / 1000)} s): ${active.latest}. Call ${active.tool} again with the same arguments to wait for its result; cancel: true ends it.`;
  return answer(value, text, loaded.ok ? loaded.deployment : undefined, engine.now());
}

const inProgress = (tool: string, run: string, how: string): Refusal =>
  refuse(
    'IN_PROGRESS',
    `${tool} is running already (run ${run}: ${how}). One at a time; its facts are recorded as they are learnt.`,
    {
      next: [{ tool: 'deployment-status', arguments: { show: 'timeline' } }],
    },
  );

const leaseMs = (tool: Tool, input: Record<string, unknown>): number => forTimer(tool.lease_ms(input));

/** Named or left out, it is the same deployment. */
function inputDigest(tool: string, input: Record<string, unknown>): string {
  const { wait: _w, cancel: _c, deployment: _d, ...rest } = input;
  return createHash('sha256').update(canonical({ tool, rest })).digest('hex');
}
