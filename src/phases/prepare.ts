import { capabilitiesOf } from '../assumptions/index.ts';
import { type Bounded, beside, type Limits, openReader } from '../bounded/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { type LoadedPlan, type Prepared, preparePlan, reloadPlan, type World } from '../plan/index.ts';
import type { Deployment } from '../workflow/index.ts';
import type { PrepareRequest, ReloadRequest } from './plan.worker.ts';
import { type AskCapabilities, counted, type PlanPlace, worldIn } from './plan-world.ts';

/**
 * Plans are read here when they are small, as nearly all are, and in a thread of their own when they are not: nothing
 * else waits for a plan of 2 MB or its manifests. Both give the same.
 */
const LARGEST_HERE = 100_000;

/** A plan with manifests of 8 MB takes about ten seconds; charts are rendered meanwhile. */
const PLAN_LIMITS: Limits = { time_ms: 120_000, memory_mb: 2048 };

type Reloaded = Awaited<ReturnType<typeof reloadPlan>>;

const placeOfPlan = (d: Deployment): PlanPlace => ({
  component: d.started.component,
  namespace: d.target.namespace,
  namespaces: d.target.namespaces.map((n) => n.name),
  context: d.target.context,
  workspace: d.started.workspace,
});

const asking =
  (run: ReadingRun): AskCapabilities =>
  async () =>
    capabilitiesOf(await run.reader());

/** What plan/ may ask of this machine and this deployment. */
export const worldOf = (run: ReadingRun, d: Deployment): Promise<World> => worldIn(placeOfPlan(d), asking(run));

/** A plan as submitted → everything known of it without asking the cluster. */
export async function prepared(
  run: ReadingRun,
  d: Deployment,
  input: string | object,
  origin: string,
  previous?: LoadedPlan,
): Promise<Prepared> {
  const length = typeof input === 'string' ? input.length : lengthOf(input);
  const here = await ifSmall(run, d, length, (world) => preparePlan(input, origin, world, previous));
  if (here !== undefined) return here;
  const mentionsChart = (typeof input === 'string' ? input : JSON.stringify(input)).includes('chart');
  const read = await inThread<Prepared, PrepareRequest>('prepare', {
    ...(await where(run, d, mentionsChart)),
    input,
    origin,
    ...(previous === undefined ? {} : { previous }),
  });
  if (read.ok) return read.value;
  const message = `${origin} and what it names can't be read: ${read.message}`;
  return { valid: false, problems: [{ path: '', severity: 'error', message }] };
}

/** An approved plan read again from disk. */
export async function reloaded(run: ReadingRun, d: Deployment, approved: LoadedPlan): Promise<Reloaded> {
  const here = await ifSmall(run, d, lengthOf(approved), (world) => reloadPlan(approved, world));
  if (here !== undefined) return here;
  const charts = approved.plan.phases.some((p) => p.resources.some((r) => r.kind === 'chart'));
  const read = await inThread<Reloaded, ReloadRequest>('reload', { ...(await where(run, d, charts)), approved });
  if (read.ok) return read.value;
  const message = `the approved plan can't be read again: ${read.message}`;
  return {
    same: false,
    loaded: { plan: approved.plan, phases: [], pinned: [], opaque: [] },
    difference: { plan: [], phases: [], keeps: 0 },
    problems: [{ path: '', severity: 'error', message }],
  };
}

async function where(run: ReadingRun, d: Deployment, charts: boolean): Promise<Omit<ReloadRequest, 'approved'>> {
  return { place: placeOfPlan(d), ...(charts ? await asking(run)() : {}) };
}

async function inThread<T, R>(call: 'prepare' | 'reload', request: R): Promise<Bounded<T>> {
  // Charts and kustomizations are rendered by programs of this machine, which are found by its environment.
  const reader = openReader(beside('plan.worker', import.meta.url), PLAN_LIMITS, process.env);
  try {
    return await reader.call<T>(call, request);
  } finally {
    await reader.close();
  }
}

const TOO_LARGE = Symbol('the plan and what it names are too large to be read on this thread');

/** undefined: the plan, or what it reads from disk and renders, is too large for this thread. */
async function ifSmall<T>(
  run: ReadingRun,
  d: Deployment,
  length: number,
  work: (world: World) => Promise<T>,
): Promise<T | undefined> {
  if (length > LARGEST_HERE) return undefined;
  try {
    return await work(counted(await worldOf(run, d), LARGEST_HERE - length, TOO_LARGE));
  } catch (error) {
    if (error === TOO_LARGE) return undefined;
    throw error;
  }
}

/** Characters of all the texts in a value, roughly; no more is counted than would be too many. */
function lengthOf(value: unknown): number {
  let length = 0;
  const open: unknown[] = [value];
  for (let one = open.pop(); one !== undefined && length <= LARGEST_HERE; one = open.pop()) {
    length += 4;
    if (typeof one === 'string') length += one.length;
    else if (typeof one === 'object' && one !== null)
      for (const [key, member] of Object.entries(one)) {
        length += key.length;
        if (member !== undefined && member !== null) open.push(member);
      }
  }
  return length;
}
