import { isAssured } from './approval.ts';
import type { GateName, Stage } from './budgets.ts';
import type { Check, CheckStatus, Fix, Result } from './checks/check.ts';
import type { Deployment } from './deployment.ts';
import type { Instant } from './facts.ts';
import { GATES, type Gate } from './gates.ts';
import { stepInputOf } from './step-input.ts';
import { STEPS, type Step } from './steps.ts';

/** How one check stands as a whole, with what leads on. */
export type Evaluated = {
  readonly check: string;
  readonly status: CheckStatus;
  readonly because: string;
  readonly fix: readonly Fix[];
  readonly results: readonly Result[];
};

const WORST_FIRST: readonly CheckStatus[] = ['fail', 'missing', 'unknown', 'stale', 'waived', 'pass'];

/** Pure: the same record and the same instant give the same answer. Nothing to verify is a pass; unknown is not. */
export function evaluate(check: Check, d: Deployment, now: Instant): Evaluated {
  const results = check
    .of(d, now)
    .map((result) => (isWaived(check, result, d, now) ? { ...result, status: 'waived' as const } : result));
  const status = WORST_FIRST.find((s) => results.some((r) => r.status === s)) ?? 'pass';
  const open = results.filter((r) => r.status !== 'pass' && r.status !== 'waived');
  return {
    check: check.name,
    status,
    because: summary(open, results),
    fix: distinct(open.flatMap((r) => r.fix)),
    results,
  };
}

export const holds = (e: Evaluated): boolean => e.status === 'pass' || e.status === 'waived';

export type GateStanding = { readonly gate: Gate; readonly passes: boolean; readonly checks: readonly Evaluated[] };

export function gateStanding(gate: Gate, d: Deployment, now: Instant): GateStanding {
  const checks = gate.checks.map((check) => evaluate(check, d, now));
  return { gate, passes: checks.every(holds), checks };
}

/** The first gate that doesn't pass; its stage is where the deployment stands. `undefined`: all five pass. */
export function currentGate(d: Deployment, now: Instant): GateStanding | undefined {
  for (const gate of GATES) {
    const standing = gateStanding(gate, d, now);
    if (!standing.passes) return standing;
  }
  return undefined;
}

/** Where a deployment stands, as every answer ends with it. */
export type Position = {
  readonly deployment: string;
  readonly stage: Stage | 'ready-to-complete' | 'completed' | 'abandoned';
  readonly gate: { readonly name: GateName; readonly passes: boolean; readonly open: readonly string[] };
  readonly next: readonly Fix[];
};

export function position(d: Deployment, now: Instant): Position {
  if (d.closed !== undefined) {
    return {
      deployment: d.id,
      stage: d.closed.how,
      gate: { name: 'V', passes: d.closed.how === 'completed', open: [] },
      next: [],
    };
  }
  const at = currentGate(d, now);
  if (at === undefined) {
    return {
      deployment: d.id,
      stage: 'ready-to-complete',
      gate: { name: 'V', passes: true, open: [] },
      next: [{ tool: 'complete-deployment', arguments: { deployment: d.id } }],
    };
  }
  const open = at.checks.filter((c) => !holds(c));
  return {
    deployment: d.id,
    stage: at.gate.stage,
    gate: { name: at.gate.name, passes: false, open: open.map((c) => c.check) },
    next: nextSteps(open, d, now),
  };
}

/**
 * The first fix of each open check that may be taken now, in the gate's order: the shortest way on. A call that would be
 * refused leads nowhere, so it is left out.
 */
export function nextSteps(open: readonly Evaluated[], d: Deployment, now: Instant, most = 3): Fix[] {
  const known = new Map<Check, boolean>();
  const passes = (check: Check): boolean => {
    const is = known.get(check) ?? holds(evaluate(check, d, now));
    known.set(check, is);
    return is;
  };
  const mayRun = (fix: Fix): boolean => {
    if (!('tool' in fix)) return true;
    const step: Step | undefined = Object.entries(STEPS).find(([name]) => name === fix.tool)?.[1];
    return step?.behind(d, stepInputOf(fix.arguments)).every(passes) ?? false;
  };
  return distinct(open.flatMap((c) => firstWay(c.fix.filter(mayRun)))).slice(0, most);
}

/** After a command, the call that looks at what it did. */
function firstWay([first, ...rest]: readonly Fix[]): Fix[] {
  if (first === undefined) return [];
  return 'command' in first ? [first, ...rest.filter((fix) => 'tool' in fix).slice(0, 1)] : [first];
}

function isWaived(check: Check, result: Result, d: Deployment, now: Instant): boolean {
  if (!check.waivable || result.status === 'pass') return false;
  return d.waivers.some(
    (w) =>
      w.check === check.name &&
      w.until > now &&
      (w.subject === undefined || w.subject === result.subject) &&
      isAssured(w.by, d.least),
  );
}

function summary(open: readonly Result[], all: readonly Result[]): string {
  if (all.length === 0) return 'nothing to verify';
  if (open.length === 0)
    return all.some((r) => r.status === 'waived') ? 'holds, with waivers' : (all[0]?.because ?? 'holds');
  const [first] = open;
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
  return `${first?.subject === undefined ? '' : `${first.subject}: `}${first?.because}${more}`;
}

function distinct(fixes: readonly Fix[]): Fix[] {
  const seen = new Set<string>();
  return fixes.filter((fix) => {
    const key = JSON.stringify(fix);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
