import { admit } from './admit.ts';
import type { Deployment } from './deployment.ts';
import { position } from './evaluate.ts';
import type { Instant } from './facts.ts';
import { currentPhase } from './phases.ts';
import { STEPS, type StepName } from './steps.ts';

/** What is allowed now, for whoever else must hold to it: the plugin's hook, later the cluster's own admission. */
export type Permit = {
  readonly deployment: string;
  readonly cluster: string;
  readonly namespaces: readonly string[];
  readonly stage: string;
  readonly gate: string;
  readonly tools: readonly StepName[];
  /** The phase whose resources may be written by the plan's own commands; none before Gate P passes. */
  readonly phase?: number;
};

export function permit(d: Deployment, now: Instant): Permit {
  const at = position(d, now);
  const phase = currentPhase(d)?.number;
  const tools = (Object.keys(STEPS) as StepName[]).filter(
    (name) =>
      STEPS[name].by === 'agent' &&
      admit(name, d, phase === undefined ? {} : { phase_number: phase }, now) === undefined,
  );
  return {
    deployment: d.id,
    cluster: d.target.cluster,
    namespaces: d.target.namespaces.map((n) => n.name),
    stage: at.stage,
    gate: at.gate.name,
    tools,
    ...(phase !== undefined && tools.includes('apply-phase') ? { phase } : {}),
  };
}
