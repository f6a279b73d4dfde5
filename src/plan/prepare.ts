import { type Difference, planDifference } from './difference.ts';
import { cumulativeDigests, planDigest } from './digest.ts';
import { loadPlan } from './load.ts';
import { type ParsedPlan, parsePlan } from './parse.ts';
import { NOWHERE } from './places.ts';
import { planSummary } from './summary.ts';
import type { LoadedPlan, Plan, Problem } from './types.ts';
import { type Uses, usesOf } from './uses.ts';
import { validatePlan } from './validate.ts';
import type { World } from './world.ts';

export type Prepared = {
  /** Sorted: errors first, in the order of the plan. */
  readonly problems: readonly Problem[];
  readonly valid: boolean;
  /** What an answer and the ledger need; absent when there is no plan to speak of. */
  readonly prepared?: PreparedPlan;
};

export type PreparedPlan = Uses & {
  readonly loaded: LoadedPlan;
  readonly digest: string;
  /** Of phases 1..n for each n. */
  readonly cumulative: readonly string[];
  readonly summary: string;
  readonly difference?: Difference;
};

/** A plan as submitted → everything known of it without asking the cluster. */
export async function preparePlan(
  input: string | object,
  origin: string,
  world: World,
  previous?: LoadedPlan,
): Promise<Prepared> {
  const parsed = parsePlan(input, origin);
  if (parsed.plan === undefined) return { problems: inOrder(await problemsOf(parsed, world)), valid: false };
  const { loaded, problems: loading } = await loadPlan(parsed.plan, parsed.source, world);
  const checked = await validatePlan(loaded, parsed.source, world);
  const problems = inOrder([...parsed.problems, ...loading, ...checked]);
  const digest = planDigest(loaded);
  const difference = previous === undefined ? undefined : planDifference(previous, loaded);
  const notes = problems.filter((p) => p.severity === 'note').map((p) => `${p.path}: ${p.message}`);
  return {
    problems,
    valid: !problems.some((p) => p.severity === 'error'),
    prepared: {
      loaded,
      digest,
      cumulative: cumulativeDigests(loaded),
      ...usesOf(loaded, world.canonicalImage),
      summary: planSummary(loaded, { digest, notes, ...(difference === undefined ? {} : { difference }) }),
      ...(difference === undefined ? {} : { difference }),
    },
  };
}

/** A plan with faults in its form: what the other checks say of the rest of it. */
async function problemsOf({ partial, problems, source }: ParsedPlan, world: World): Promise<Problem[]> {
  if (partial === undefined) return [...problems];
  const { loaded, problems: loading } = await loadPlan(partial.plan, source, world);
  const others = [...loading, ...(await validatePlan(loaded, source, world))];
  const about = (path: string, field: string) =>
    path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
  return [
    ...problems,
    ...others.filter((p) => p.severity === 'error' && !partial.faulty.some((field) => about(p.path, field))),
  ];
}

/** An approved plan read again from disk: the same digest, or what is no longer as it was approved. */
export async function reloadPlan(
  approved: LoadedPlan,
  world: Pick<World, 'files' | 'render' | 'parseCommand'>,
): Promise<{
  readonly same: boolean;
  readonly loaded: LoadedPlan;
  readonly difference: Difference;
  readonly problems: readonly Problem[];
}> {
  const plan: Plan = approved.plan;
  const { loaded, problems } = await loadPlan(plan, { places: NOWHERE, written: (path) => path }, world);
  const errors = problems.filter((p) => p.severity === 'error');
  return {
    same: errors.length === 0 && planDigest(loaded) === planDigest(approved),
    loaded,
    difference: planDifference(approved, loaded),
    problems: errors,
  };
}

const inOrder = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort(
    (a, b) =>
      Number(a.severity === 'note') - Number(b.severity === 'note') ||
      (a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) : 0),
  );
