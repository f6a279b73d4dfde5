import { parsedJson } from '../bounded/index.ts';
import type { Run } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { isFile, type LoadedPlan, type Phase, type Plan } from '../plan/index.ts';
import type { Script } from '../review/index.ts';
import {
  plan as currentPlan,
  type Deployment,
  type PlacedObject,
  phases,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import type { Look } from './look.ts';
import type { PlannedRollback } from './plan-rollback.ts';
import type { Tried } from './rehearse.ts';

/** A plan as submit-plan keeps it: with all that it reads from disk, and the summary as the approver sees it. */
export type StoredPlan = {
  readonly loaded: LoadedPlan;
  readonly plan: Plan;
  readonly summary: string;
  /** What was in the cluster then; absent in plans of versions before. */
  readonly tried?: readonly Tried[];
  /** What rolling back does to each object; absent in plans of versions before. */
  readonly rollback?: readonly PlannedRollback[];
  /** The same for the approver: each object's dry run, and what is around it; absent in plans of versions before. */
  readonly look?: Look;
  /** The files that its commands name. */
  readonly scripts?: readonly Script[];
  /** What the checks and the server's warnings said. */
  readonly notes?: readonly string[];
  /** The file it was submitted from, if it was one: it must still say the same. */
  readonly file?: string;
};

export type StoredPhase = Phase & {
  readonly bound: string;
  readonly objects: readonly KubeObject[];
  /** Others bring it; the gate looks at it. */
  readonly observed: readonly PlacedObject[];
};

/** The plan on record. Its body was written by submit-plan and is content-addressed, so it is trusted as it is. */
export async function storedPlan(run: Run, d: Deployment): Promise<StoredPlan | Refusal> {
  const current = currentPlan(d);
  if (current === undefined)
    return refuse('PLAN_INVALID', 'There is no valid plan on record; submit one with submit-plan.');
  const body = await run.get(current.body);
  if (body === undefined) {
    return refuse(
      'RECORD_DAMAGED',
      `The body of plan ${current.digest.slice(0, 12)} is missing or changed; submit the plan again.`,
    );
  }
  return (await parsedJson(body)) as StoredPlan;
}

export async function storedPhase(
  run: Run,
  d: Deployment,
  number: number,
): Promise<{ stored: StoredPlan; phase: StoredPhase } | Refusal> {
  const stored = await storedPlan(run, d);
  if ('code' in stored) return stored;
  const phase = allPhases(stored, d).find((p) => p.number === number);
  if (phase === undefined) {
    const known = stored.plan.phases.map((p) => p.number).join(', ');
    return refuse('BAD_INPUT', `phase_number: the plan has phases ${known}; there is no ${number}.`);
  }
  return { stored, phase };
}

/** A phase that the present plan no longer has, as the last plan had it that did: what it put there can still be taken back. */
export async function formerPhase(
  run: Run,
  d: Deployment,
  number: number,
): Promise<{ stored: StoredPlan; phase: StoredPhase } | undefined> {
  const former = d.plans.findLast((p) => p.phases.some((x) => x.number === number));
  const body = former === undefined ? undefined : await run.get(former.body);
  if (former === undefined || body === undefined) return undefined;
  // The file it was submitted from says another plan by now.
  const { file: _, ...stored } = (await parsedJson(body)) as StoredPlan;
  const phase = phasesOf(stored, (n) => former.cumulative[former.phases.findIndex((p) => p.number === n)]).find(
    (p) => p.number === number,
  );
  return phase === undefined ? undefined : { stored, phase };
}

export const allPhases = (stored: StoredPlan, d: Deployment): StoredPhase[] =>
  phasesOf(stored, (number) => phases(d).find((p) => p.number === number)?.bound);

const phasesOf = (stored: StoredPlan, bound: (number: number) => string | undefined): StoredPhase[] =>
  stored.plan.phases.map((phase) => {
    const loaded = stored.loaded.phases.find((p) => p.number === phase.number);
    return {
      ...phase,
      bound: bound(phase.number) ?? '',
      objects: (loaded?.manifests ?? []).map((m) => m.object),
      observed: loaded?.observed ?? [],
    };
  });

/** The files that a phase's commands name, as they were approved. */
export const filesOf = (stored: StoredPlan, phase: number): LoadedPlan['pinned'] =>
  (stored.loaded.phases.find((p) => p.number === phase)?.pinned ?? []).filter(isFile);

/** What a phase put there, in this record: created or changed, and not gone since. */
export const placedBy = (d: Deployment, phase: number) =>
  d.placements.filter((p) => p.purpose === 'phase' && p.phase === phase && p.state !== 'gone');
