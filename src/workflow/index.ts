/**
 * The law of the workflow, pure: facts in, what is allowed out. It sees no other folder, no clock and no disk.
 * Read gates.ts (the five gates; their checks are in checks/), then steps.ts (who may do what behind which of them), then admit.ts.
 */
export * from './admit.ts';
export * from './approval.ts';
export * from './blockers.ts';
export * from './budgets.ts';
export { canonical } from './canonical.ts';
export * from './change-windows.ts';
export { type Fix, form, type Result } from './checks/check.ts';
export { commitCommand } from './checks/implement.ts';
export { revisePlan } from './checks/plan.ts';
export { FINDINGS_MIN, liveDivergences } from './checks/research.ts';
export { aboutNow, bulletsToCleanUp, toCleanUp } from './checks/tracer.ts';
export * from './classes.ts';
export * from './deployment.ts';
export { durationMs } from './duration.ts';
export * from './evaluate.ts';
export * from './evidence.ts';
export * from './facts.ts';
export { owedBy } from './failed-bullets.ts';
export { advance, fold } from './fold.ts';
export * from './gates.ts';
export { type Headline, headline } from './headline.ts';
export { groupOf, identityOf, sameObject } from './identity.ts';
export { type Issue, issuesIn } from './issues.ts';
export * from './permit.ts';
export * from './phases.ts';
export { type Proof, strongest } from './proof.ts';
export * from './step-input.ts';
export * from './steps.ts';
export * from './suggest.ts';
export * from './verdict.ts';
export * from './visible.ts';
