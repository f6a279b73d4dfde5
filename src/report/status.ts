import {
  BUDGET_MINUTES,
  bulletsToCleanUp,
  currentGate,
  type Deployment,
  GATES,
  gateStanding,
  type Headline,
  type Instant,
  openBlockers,
  openRuns,
  position,
  STAGES,
  type Stage,
} from '../workflow/index.ts';
import { phaseStates } from './plan.ts';

/** Where a deployment stands: every gate with its checks up to the current one, what is open, what runs, what is left of the budget. */
export function statusReport(d: Deployment, now: Instant) {
  const at = position(d, now);
  const current = d.closed === undefined ? currentGate(d, now)?.gate.name : undefined;
  const gates = GATES.map((gate) => {
    const { passes, checks } = gateStanding(gate, d, now);
    return { gate: gate.name, stage: gate.stage, passes, checks };
  });
  // Checks of later gates are about what doesn't exist yet; they are told by their number, not one by one.
  const reached = gates.findIndex((g) => g.gate === current);
  const shown = gates.map(({ gate, stage, passes, checks }, index) => ({
    gate,
    stage,
    passes,
    ...(reached === -1 || index <= reached
      ? {
          checks: checks.map(({ check, status, because, fix }) => ({
            check,
            status,
            because,
            fix: status === 'pass' || status === 'waived' ? [] : fix.slice(0, 3),
          })),
        }
      : {}),
  }));
  const runs = openRuns(d, now).map(({ run, tool, begun, lease, client }) => ({ run, tool, begun, lease, client }));
  const kept = bulletsToCleanUp(d)
    .filter((p) => p.kept)
    .map((p) => `${p.object.kind}/${p.object.name}`);
  const blockers = [...openBlockers(d, 'R', now), ...openBlockers(d, 'P', now)].map(
    ({ id, gate, cause, because, subjects }) => ({ id, gate, cause, because, subjects }),
  );
  const budget = budgetReport(d, now);
  const { component, complexity, goal, workspace } = d.started;
  return {
    deployment: d.id,
    component,
    ...(goal === undefined ? {} : { goal }),
    complexity,
    workspace,
    stage: at.stage,
    target: d.target,
    gates: shown,
    phases: phaseStates(d, 'applied, not proven'),
    blockers,
    runs,
    kept,
    budget,
  };
}

/** Used and left, in minutes. Advice: it warns and never blocks. */
export function budgetReport(d: Deployment, now: Instant) {
  const minutes = BUDGET_MINUTES[d.started.complexity];
  const total = STAGES.reduce((sum, s) => sum + minutes[s], 0);
  const used = Math.round((Date.parse(d.closed?.at ?? now) - Date.parse(d.started.at)) / 60_000);
  const at = position(d, now).stage;
  const upToHere = isStage(at)
    ? STAGES.slice(0, STAGES.indexOf(at) + 1).reduce((sum, s) => sum + minutes[s], 0)
    : total;
  const warning =
    used > total
      ? 'the whole budget is used up'
      : used > upToHere
        ? `over what is meant for the stages up to ${at} (${upToHere} min)`
        : undefined;
  return {
    used_minutes: used,
    left_minutes: Math.max(0, total - used),
    total_minutes: total,
    stages: minutes,
    ...(warning === undefined ? {} : { warning }),
  };
}

const isStage = (name: string): name is Stage => STAGES.some((s) => s === name);

/** Deployments listed in one answer, the latest first among equals; the rest are counted. */
export const MAX_LISTED = 100;

/** What a list is made of. */
export type Listing = {
  /** Oldest first. */
  readonly latest: readonly (Omit<Headline, 'closed' | 'leftovers'> & {
    readonly id: string;
    readonly closed: string;
  })[];
  /** Those that are open, whole: a list names their stage. */
  readonly open: readonly Deployment[];
  /** How many there are. */
  readonly count: number;
  /** Ids of records that can't be trusted, so that nothing else can be said of them. */
  readonly damaged: readonly string[];
};

export function listReport({ latest, open, count, damaged }: Listing, now: Instant) {
  const stages = new Map(open.map((d) => [d.id, position(d, now).stage]));
  const trusted = latest.filter(({ id }) => !damaged.includes(id));
  const deployments = trusted.map((line) => ({
    deployment: line.id,
    component: line.component,
    namespace: line.namespace,
    stage: stages.get(line.id) ?? (line.closed === '' ? 'unknown' : line.closed),
    workspace: line.workspace,
    started_at: line.started,
  }));
  const listed = count - (latest.length - trusted.length);
  return {
    deployments,
    ...(listed > deployments.length ? { earlier: listed - deployments.length } : {}),
    ...(damaged.length > 0 ? { damaged } : {}),
    next: [{ tool: 'start-deployment', arguments: { component: 'NAME', namespace: 'name' } }],
  };
}

export const damagedWords = (damaged: readonly string[]): string =>
  `The record of ${damaged.slice(0, 5).join(', ')}${damaged.length > 5 ? ` and ${damaged.length - 5} more` : ''} can't be trusted: a person looks at it with \`infragate verify\`.`;
