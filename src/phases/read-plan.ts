import type { ReadingRun } from '../engine/tool.ts';
import { cumulativeDigests, differenceText } from '../plan/index.ts';
import { type Deployment, type Refusal, refuse, revisePlan } from '../workflow/index.ts';
import { firstOf } from '../workflow/shortened.ts';
import { prepared, reloaded, worldOf } from './prepare.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

/**
 * Are the files still what was approved, up to and including this phase? Later phases may be in revision; what was
 * proven and what is about to be done may not.
 */
export async function drifted(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Refusal | undefined> {
  const world = await worldOf(run, d);
  const index = stored.plan.phases.findIndex((p) => p.number === phase.number);
  const now = await reloaded(run, d, stored.loaded);
  if (!now.same && cumulativeDigests(now.loaded)[index] !== phase.bound) {
    const why = now.problems.map((p) => p.message).concat(differenceText(now.difference));
    return drift(d, phase, firstOf(why, DRIFT_CHARACTERS));
  }
  if (stored.file === undefined) return undefined;
  const text = await world.files.read(stored.file);
  if (text === undefined) return drift(d, phase, `${stored.file} is no longer there.`);
  const again = await prepared(run, d, text, stored.file);
  if (again.prepared?.cumulative[index] === phase.bound) return undefined;
  return drift(d, phase, `${stored.file} no longer says what was approved about phases 1 to ${phase.number}.`);
}

/** Is everything that the plan applies, runs or names still what was approved? What validation runs belongs to no phase. */
export async function planDrifted(run: ReadingRun, d: Deployment, stored: StoredPlan): Promise<Refusal | undefined> {
  const { same, problems, difference } = await reloaded(run, d, stored.loaded);
  if (same) return undefined;
  const why = problems.map((p) => p.message).concat(differenceText(difference));
  return refused(d, 'The plan', firstOf(why, DRIFT_CHARACTERS));
}

const DRIFT_CHARACTERS = 800;

const drift = (d: Deployment, phase: StoredPhase, why: string): Refusal => refused(d, `Phase ${phase.number}`, why);

const refused = (d: Deployment, what: string, why: string): Refusal =>
  refuse(
    'PLAN_DRIFT',
    `${what} is not what was approved any more. ${why} Put it back, or submit the plan again and have it approved.`,
    {
      gate: 'P',
      next: [{ tool: 'deployment-status', arguments: { deployment: d.id, show: 'plan' } }, revisePlan(d)],
    },
  );
