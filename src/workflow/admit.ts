import type { GateName } from './budgets.ts';
import type { CheckStatus, Fix } from './checks/check.ts';
import type { Deployment } from './deployment.ts';
import { type Evaluated, evaluate, holds, nextSteps, position } from './evaluate.ts';
import type { Instant } from './facts.ts';
import { GATES } from './gates.ts';
import { STEPS, type Step, type StepInput, type StepName } from './steps.ts';

export const REFUSAL_CODES = [
  'GATE_NOT_PASSED',
  'PHASE_ORDER',
  'NO_DEPLOYMENT',
  'AMBIGUOUS_DEPLOYMENT',
  'DEPLOYMENT_EXISTS',
  'DEPLOYMENT_CLOSED',
  'WRONG_TARGET',
  'PLAN_INVALID',
  'PLAN_DRIFT',
  'APPROVAL_REQUIRED',
  'PERSON_NEEDED',
  'IN_PROGRESS',
  'CLUSTER_UNREACHABLE',
  'FORBIDDEN',
  'BAD_INPUT',
  'UNSAFE',
  'RECORD_DAMAGED',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export type Missing = {
  readonly check: string;
  readonly status: CheckStatus;
  readonly because: string;
  readonly fix: readonly Fix[];
};

/** A tool's answer when it may not run: a value, not an exception. It never names a call that passes a gate without the work. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly message: string;
  readonly gate?: GateName;
  readonly missing: readonly Missing[];
  readonly next: readonly Fix[];
};

export const refuse = (
  code: RefusalCode,
  message: string,
  more: Partial<Omit<Refusal, 'code' | 'message'>> = {},
): Refusal => ({
  code,
  message,
  missing: [],
  next: [],
  ...more,
});

/** May this step be taken on this deployment now? Nothing when it may. */
export function admit(name: StepName, d: Deployment, input: StepInput, now: Instant): Refusal | undefined {
  const step: Step = STEPS[name];
  if (d.closed !== undefined && step.deployment !== 'any') {
    return refuse(
      'DEPLOYMENT_CLOSED',
      `Deployment ${d.id} was ${d.closed.how} at ${d.closed.at}; its record stays readable, but nothing more may be done in it.`,
      {
        next: [
          { tool: 'deployment-status', arguments: { deployment: d.id, show: 'timeline' } },
          { tool: 'start-deployment', arguments: { component: d.started.component, namespace: d.target.namespace } },
        ],
      },
    );
  }
  const failing = step
    .behind(d, input)
    .map((check) => evaluate(check, d, now))
    .filter((e) => !holds(e));
  const [first] = failing;
  if (first === undefined) return undefined;
  return gateRefusal(name, d, failing, now);
}

function gateRefusal(step: StepName, d: Deployment, failing: readonly Evaluated[], now: Instant): Refusal {
  const gate = GATES.find((g) => g.checks.some((check) => failing.some((e) => e.check === check.name)))?.name;
  // What the first open gate lacks is what can be worked on now; later gates' checks are about what isn't there yet.
  const inGate = failing.filter((e) => GATES.find((g) => g.name === gate)?.checks.some((c) => c.name === e.check));
  const shown = inGate.length > 0 ? inGate : failing;
  const missing = shown.map(({ check, status, because, fix }) => ({ check, status, because, fix: fix.slice(0, 4) }));
  const only = (check: string) => failing.every((e) => e.check === check);
  const more = { ...(gate === undefined ? {} : { gate }), missing, next: nextSteps(shown) };
  if (only('phases-before')) {
    return refuse('PHASE_ORDER', `${step} may not run: ${failing[0]?.because}. Phases are proven in order.`, more);
  }
  if (only('plan-approved')) {
    return refuse(
      'APPROVAL_REQUIRED',
      `${step} may not run: ${failing[0]?.because}. A person approves the plan; no tool can.`,
      more,
    );
  }
  const names = shown.map((e) => e.check).join(', ');
  return refuse(
    'GATE_NOT_PASSED',
    `${step} is behind Gate ${step === 'tracer-bullet' ? 'R' : (gate ?? 'R')}, which does not pass: ${names}. ${where(d, now)}`,
    more,
  );
}

function where(d: Deployment, now: Instant): string {
  const at = position(d, now);
  return `The deployment stands in stage ${at.stage}.`;
}
