import type { GateName } from './budgets.ts';
import type { Check } from './checks/check.ts';
import { phasesBefore } from './checks/implement.ts';
import { type Deployment, findItem } from './deployment.ts';
import type { Actor, FactType, Role } from './facts.ts';
import { BEFORE_APPROVAL, upTo } from './gates.ts';
import type { StepInput } from './step-input.ts';

/**
 * The law, second half: one row a step. `behind` are the checks that must hold before it may run; admission (admit.ts)
 * is one evaluator over this table, with no switch over tools.
 */
export type Step = {
  readonly by: Actor['kind'];
  /** On a shared server: one of these has to be whoever the client works for, or who decides. */
  readonly roles: readonly Role[];
  /** one: an open deployment; new: none yet; optional: may run without; any: a closed one will do. */
  readonly deployment: 'one' | 'new' | 'optional' | 'any';
  readonly effect: 'none' | 'reads' | 'writes';
  /** The gate that holds it back, for the refusal's words. */
  readonly gate?: GateName;
  behind(d: Deployment, input: StepInput): readonly Check[];
  /** Open runs with one key exclude each other. */
  key(input: StepInput): string;
  /** With this input it only shows what it would do: refused, that is no attempt to get ahead. */
  readonly previews?: (input: StepInput) => boolean;
  /** With this input it changes what is deployed: only in the policy's change windows. */
  readonly changes?: (input: StepInput) => boolean;
  /** The fact types its run may record. */
  readonly records: readonly FactType[];
  /**
   * Whether the deployment's namespaces are kept for this ledger (a Lease in each): taken before a step that writes to
   * them or judges what is written, released when the deployment is over. Bullets take none: their names are their own
   * and they change no existing object, so two ledgers may create bullets in one namespace.
   */
  readonly namespaceLease?: (input: StepInput) => 'take' | 'release' | 'none';
};

const takes = () => 'take' as const;

const nothing = () => [];
const behindGate = (name: GateName) => {
  const checks = upTo(name);
  return () => checks;
};
const beforeApproval = () => [...upTo('0'), ...BEFORE_APPROVAL];
const afterEarlierPhases = (_d: Deployment, input: StepInput) => [...upTo('P'), phasesBefore(input.phase_number ?? 0)];
const ITEMS: readonly FactType[] = ['claimed', 'observed', 'placed'];
const PHASE_KEY = () => 'phases';

export const STEPS = {
  'start-deployment': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'new',
    effect: 'writes',
    behind: nothing,
    key: () => 'start',
    records: ['started', 'observed', 'opened', 'placed', 'claimed', 'retired', 'written'],
  },
  'deployment-status': {
    by: 'agent',
    roles: ['auditor'],
    deployment: 'any',
    effect: 'none',
    behind: nothing,
    key: () => 'status',
    records: [],
  },
  // Each step that it takes is asked for on its own: it may do nothing that its caller may not.
  'advance-deployment': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'none',
    behind: nothing,
    key: () => 'advance',
    records: [],
  },
  'record-research': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'reads',
    behind: nothing,
    key: () => 'record-research',
    records: ['written', 'claimed', 'retired', 'observed'],
  },
  'cluster-reality-check': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'optional',
    effect: 'reads',
    behind: nothing,
    key: () => 'cluster-reality-check',
    records: ITEMS,
  },
  'divergence-check': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'optional',
    effect: 'reads',
    behind: nothing,
    key: () => 'divergence-check',
    records: ITEMS,
  },
  'tracer-bullet': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'writes',
    gate: 'R',
    // Bullets may go on while another bullet's blocker is open: the blocker check alone doesn't hold one back.
    behind: (_d, input) => BULLET_CHECKS.map((check) => forgettingOtherBullets(check, input)),
    key: (input) => `tracer:${(input.assumption ?? '').trim().toLowerCase()}`,
    records: ['placed', 'observed', 'opened'],
  },
  'submit-plan': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'reads',
    gate: '0',
    behind: behindGate('0'),
    key: () => 'plan',
    records: ['planned', 'observed'],
  },
  'request-approval': {
    by: 'agent',
    roles: ['requester', 'approver'],
    deployment: 'one',
    effect: 'reads',
    gate: 'P',
    behind: beforeApproval,
    key: () => 'plan',
    records: [],
  },
  'apply-phase': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'writes',
    gate: 'P',
    behind: afterEarlierPhases,
    key: PHASE_KEY,
    records: ['placed', 'observed', 'committed'],
    changes: (input) => input.dry_run !== true,
    previews: (input) => input.dry_run === true,
    namespaceLease: (input) => (input.dry_run === true ? 'none' : 'take'),
  },
  'phase-gate': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'reads',
    gate: 'P',
    behind: afterEarlierPhases,
    key: PHASE_KEY,
    records: ['observed', 'committed'],
    namespaceLease: takes,
  },
  'rollback-phase': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'writes',
    gate: 'P',
    behind: behindGate('P'),
    key: PHASE_KEY,
    records: ['placed', 'observed'],
    previews: (input) => input.execute !== true,
    namespaceLease: (input) => (input.execute === true ? 'take' : 'none'),
  },
  'return-to': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'none',
    gate: '0',
    behind: behindGate('0'),
    key: () => 'return-to',
    records: ['opened'],
  },
  'run-validation': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'reads',
    gate: 'I',
    behind: behindGate('I'),
    key: PHASE_KEY,
    records: ['observed'],
  },
  'rollback-test': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    // Only a rehearsal writes, and only into the namespace it makes.
    effect: 'writes',
    gate: 'I',
    behind: behindGate('I'),
    key: PHASE_KEY,
    records: ['placed', 'observed'],
    namespaceLease: (input) => (input.rehearse === true ? 'take' : 'none'),
  },
  'record-retro': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'any',
    effect: 'none',
    gate: 'I',
    behind: (d) => (d.closed === undefined ? upTo('I') : []),
    key: () => 'record-retro',
    records: ['written'],
  },
  'write-documentation': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'reads',
    gate: 'I',
    behind: behindGate('I'),
    key: () => 'write-documentation',
    records: ['written'],
  },
  'complete-deployment': {
    by: 'agent',
    roles: ['requester'],
    deployment: 'one',
    effect: 'writes',
    gate: 'V',
    behind: behindGate('V'),
    key: PHASE_KEY,
    records: ['placed', 'completed'],
    namespaceLease: () => 'release',
  },
  // What only a person may do.
  decide: {
    by: 'person',
    roles: ['approver'],
    deployment: 'one',
    effect: 'none',
    behind: beforeApproval,
    key: () => 'plan',
    records: ['decided', 'opened'],
  },
  preapprove: {
    by: 'person',
    roles: ['approver'],
    deployment: 'any',
    effect: 'none',
    behind: nothing,
    key: () => 'preapprove',
    records: ['preapproved'],
  },
  waive: {
    by: 'person',
    roles: ['approver'],
    deployment: 'one',
    effect: 'none',
    behind: nothing,
    key: () => 'waive',
    records: ['waived'],
  },
  abandon: {
    by: 'person',
    roles: ['approver'],
    deployment: 'one',
    effect: 'none',
    behind: nothing,
    key: () => 'abandon',
    records: ['abandoned'],
  },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;

/** The steps an agent takes: the tools. */
export type ToolName = Exclude<StepName, 'decide' | 'preapprove' | 'waive' | 'abandon'>;

/** Gate R's check, as if the blockers that other assumptions' bullets opened were not there. */
function forgettingOtherBullets(check: Check, input: StepInput): Check {
  return {
    ...check,
    of: (d, now) => {
      const mine = findItem(d, input.assumption ?? '')?.subject;
      const blockers = d.blockers.filter((b) => b.cause !== 'bullet' || b.assumption === mine);
      return check.of({ ...d, blockers }, now);
    },
  };
}

const BULLET_CHECKS: readonly Check[] = upTo('R');

/** Facts that are always taken, run or no run: what was placed must be known to be cleaned up. */
export const ALWAYS_TAKEN: readonly FactType[] = ['placed', 'ended'];
