import type { Deployment } from './deployment.ts';

/** Minutes a stage may take, and its share of the whole. Advice: shown, warned about, never blocking. */
export const STAGES = ['research', 'tracer', 'plan', 'implement', 'validate'] as const;
export type Stage = (typeof STAGES)[number];
export type GateName = 'R' | '0' | 'P' | 'I' | 'V';

export const BUDGET_MINUTES: Record<Deployment['started']['complexity'], Record<Stage, number>> = {
  simple: { research: 10, tracer: 5, plan: 10, implement: 15, validate: 5 },
  medium: { research: 30, tracer: 15, plan: 20, implement: 45, validate: 15 },
  complex: { research: 60, tracer: 30, plan: 40, implement: 90, validate: 30 },
};

export const SHARE: Record<Stage, readonly [number, number]> = {
  research: [20, 40],
  tracer: [10, 15],
  plan: [15, 25],
  implement: [30, 40],
  validate: [10, 15],
};
