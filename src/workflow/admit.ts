import type { GateName } from './budgets.ts';
import type { CheckStatus, Fix } from './checks/check.ts';
import type { Deployment } from './deployment.ts';
import { type Evaluated, evaluate, holds, nextSteps, position } from './evaluate.ts';
import type { Actor, Fact, Instant, Role, User } from './facts.ts';
import { GATES } from './gates.ts';
import type { StepInput } from './step-input.ts';
import { STEPS, type Step, type StepName } from './steps.ts';

/** Why a tool may not run, and what leads on: programs match the code, people read the sentence. */
export const REFUSALS = {
  GATE_NOT_PASSED: 'A gate before this tool does not pass. `missing` names its open checks, each with what settles it.',
  PHASE_ORDER: 'A phase before this one has not passed its gate.',
  NO_DEPLOYMENT: 'No deployment of that name, or none open in this workspace: start one, or name one.',
  AMBIGUOUS_DEPLOYMENT: 'Several are open in this workspace: name one in `deployment`.',
  DEPLOYMENT_EXISTS: 'This component is already being deployed to this namespace: go on with that deployment.',
  DEPLOYMENT_CLOSED: 'It was completed or abandoned. Its record can be read; new work needs a new deployment.',
  WRONG_TARGET: 'The kubeconfig leads to another cluster or namespace than the deployment was started on.',
  PLAN_INVALID: 'There is no plan without errors: `submit-plan` names all of them.',
  PLAN_DRIFT:
    'Files or the cluster are no longer what was approved: put them back, or submit and have approved what is there now.',
  APPROVAL_REQUIRED: 'No person has approved exactly this plan, or the approval has ended. Only a person can give it.',
  PERSON_NEEDED: 'Only a person may do this, or a person must be surer than a form makes them.',
  IN_PROGRESS: 'The same step is running already: the same call again attaches to it.',
  CLUSTER_UNREACHABLE: 'The API server could not be heard. Nothing was concluded.',
  FORBIDDEN: 'This identity, or this machine, lacks a permission; the message names it.',
  BAD_INPUT: 'An argument is wrong: the message begins with its name and says what would be right.',
  UNSAFE: 'It could touch more than itself. The operator can allow it in policy.yaml.',
  RECORD_DAMAGED: 'The record was changed: `infragate verify` names the first bad row. Nothing may be done on it.',
} as const;
export type RefusalCode = keyof typeof REFUSALS;

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

/** May whoever this is take this step at all? Who is not named by an identity provider has no role to be asked for. */
export function admitRole(name: StepName, by: Actor): Refusal | undefined {
  const user = by.kind === 'server' ? undefined : by.user;
  const step: Step = STEPS[name];
  if (user === undefined || step.roles.some((role) => hasRole(user, role))) return undefined;
  const asked = step.roles.join(' or ');
  return refuse(
    'FORBIDDEN',
    `${name} is for the role ${asked}; ${user.name} has ${user.roles.join(', ') || 'none'}. access.roles in the server's policy.yaml says which groups have it.`,
    { next: [{ person: 'an administrator of this server', action: `give a group of ${user.name} the role ${asked}` }] },
  );
}

/** The same for what a person decides: the step is the one that records it. */
export function admitPerson(fact: Fact['type'], by: Actor): Refusal | undefined {
  const step = PERSONS_STEPS.find((name) => STEPS[name].records.some((type) => type === fact));
  return step === undefined ? undefined : admitRole(step, by);
}

const PERSONS_STEPS = ['decide', 'waive', 'abandon', 'preapprove'] as const satisfies readonly StepName[];

/** Every role may read. */
const hasRole = ({ roles }: User, role: Role): boolean =>
  roles.includes('admin') || roles.includes(role) || (role === 'auditor' && roles.length > 0);

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
  const more = { ...(gate === undefined ? {} : { gate }), missing, next: nextSteps(shown, d, now) };
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
