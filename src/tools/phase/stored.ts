import type { Run } from '../../engine/tool.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import type { Plan } from '../../plan/index.ts';
import {
  plan as currentPlan,
  type Deployment,
  type PlacedObject,
  phases,
  type Refusal,
  refuse,
} from '../../workflow/index.ts';

/** A plan as submit-plan keeps it: parsed, its manifests read, its summary as the approver sees it. */
export type StoredPlan = {
  readonly plan: Plan;
  /** By phase number: what apply-phase puts there, and what others put there and the gate only looks at. */
  readonly objects: Readonly<Record<string, readonly KubeObject[]>>;
  readonly observed: Readonly<Record<string, readonly PlacedObject[]>>;
  readonly summary: string;
};

export type StoredPhase = Plan['phases'][number] & {
  readonly bound: string;
  readonly objects: readonly KubeObject[];
  readonly observed: readonly PlacedObject[];
};

/** The plan on record. Its body was written by submit-plan and is content-addressed, so it is trusted as it is. */
export async function storedPlan(run: Run, d: Deployment): Promise<StoredPlan | Refusal> {
  const current = currentPlan(d);
  if (current === undefined)
    return refuse('PLAN_INVALID', 'There is no valid plan on record; submit one with submit-plan.');
  const body = await run.get(current.body);
  if (body === undefined)
    return refuse(
      'RECORD_DAMAGED',
      `The body of plan ${current.digest.slice(0, 19)} is missing or changed; submit the plan again.`,
    );
  return JSON.parse(body) as StoredPlan;
}

export async function storedPhase(
  run: Run,
  d: Deployment,
  number: number,
): Promise<{ stored: StoredPlan; phase: StoredPhase } | Refusal> {
  const stored = await storedPlan(run, d);
  if ('code' in stored) return stored;
  const phase = stored.plan.phases.find((p) => p.number === number);
  const bound = phases(d).find((p) => p.number === number)?.bound;
  if (phase === undefined || bound === undefined) {
    return refuse(
      'BAD_INPUT',
      `phase_number: the plan has phases ${stored.plan.phases.map((p) => p.number).join(', ')}; there is no ${number}.`,
    );
  }
  return { stored, phase: withObjects(stored, phase, bound) };
}

export const withObjects = (stored: StoredPlan, phase: Plan['phases'][number], bound: string): StoredPhase => ({
  ...phase,
  bound,
  objects: stored.objects[String(phase.number)] ?? [],
  observed: stored.observed[String(phase.number)] ?? [],
});

export const allPhases = (stored: StoredPlan, d: Deployment): StoredPhase[] =>
  stored.plan.phases.map((p) => withObjects(stored, p, phases(d).find((x) => x.number === p.number)?.bound ?? ''));

/** What a phase put there, in this record: created or changed, and not gone since. */
export const placedBy = (d: Deployment, phase: number) =>
  d.placements.filter((p) => p.purpose === 'phase' && p.phase === phase && p.state !== 'gone');
