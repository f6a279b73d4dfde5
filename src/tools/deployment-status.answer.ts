import { z } from 'zod';
import { ITEM_KINDS, STAGES } from '../workflow/index.ts';
import { fix, lines, list } from './schema.ts';

const minutes = z.strictObject({
  research: z.number(),
  tracer: z.number(),
  plan: z.number(),
  implement: z.number(),
  validate: z.number(),
});
const gateName = z.enum(['R', '0', 'P', 'I', 'V']);
const checkStatus = z.enum(['pass', 'fail', 'unknown', 'missing', 'stale', 'waived']);

const phases = list(
  z.strictObject({
    phase: z.number(),
    name: z.string(),
    status: z.string(),
    bound: z.string(),
    commit: z.string().optional(),
  }),
);

const status = z.strictObject({
  deployment: z.string(),
  component: z.string(),
  goal: z.string().optional(),
  complexity: z.enum(['simple', 'medium', 'complex']),
  workspace: z.string(),
  stage: z.string(),
  target: z.strictObject({
    server: z.string(),
    context: z.string(),
    kubeconfig: z.string().optional(),
    cluster: z.string(),
    via: z.enum(['kube-system', 'fingerprint']),
    namespace: z.string(),
    namespaces: list(z.strictObject({ name: z.string(), uid: z.string().nullable() })),
    proving_namespace: z.string().optional(),
  }),
  gates: list(
    z.strictObject({
      gate: gateName,
      stage: z.enum(STAGES),
      passes: z.boolean(),
      checks: list(
        z.strictObject({ check: z.string(), status: checkStatus, because: z.string(), fix: list(fix) }),
      ).optional(),
    }),
  ),
  phases,
  blockers: list(
    z.strictObject({
      id: z.string(),
      gate: z.enum(['R', 'P']),
      cause: z.string(),
      because: z.string(),
      subjects: lines,
    }),
  ),
  runs: list(
    z.strictObject({ run: z.string(), tool: z.string(), begun: z.string(), lease: z.string(), client: z.string() }),
  ),
  kept: lines,
  budget: z.strictObject({
    used_minutes: z.number(),
    left_minutes: z.number(),
    total_minutes: z.number(),
    stages: minutes,
    warning: z.string().optional(),
  }),
});

const research = z.strictObject({
  findings: z.string().optional(),
  items: list(
    z.strictObject({
      id: z.string(),
      kind: z.enum(ITEM_KINDS),
      name: z.string(),
      subject: z.string(),
      status: z.string(),
      because: z.string(),
      about: lines.optional(),
      impact: z.string().optional(),
      provided_by: z.literal('plan').optional(),
      evidence: z.string().optional(),
    }),
  ),
  divergences: list(z.strictObject({ id: z.string(), severity: z.string().optional(), message: z.string() })),
  retired: list(z.strictObject({ subject: z.string(), because: z.string(), replaced_by: z.string().optional() })),
});

const plan = z.strictObject({
  plan: z.string().optional().describe('as the approver reads it'),
  digest: z.string().optional(),
  revision: z.number(),
  phases,
  review: z.string().optional(),
});

const timeline = z.strictObject({
  events: list(z.strictObject({ seq: z.number(), at: z.string(), by: z.string(), what: z.string() })),
  earlier: z.number(),
});

const evidence = z.strictObject({
  id: z.string(),
  evidence: z.string(),
  truncated: z.boolean(),
  resource: z.string(),
});

const all = z.strictObject({
  deployments: list(
    z.strictObject({
      deployment: z.string(),
      component: z.string(),
      namespace: z.string(),
      stage: z.string(),
      workspace: z.string(),
      started_at: z.string(),
    }),
  ),
  earlier: z.number().optional(),
  damaged: lines.optional(),
  next: list(fix),
});

export const answer = z.union([status, research, plan, timeline, evidence, all]);
export type Output = z.infer<typeof answer>;
export type Status = z.infer<typeof status>;
export type Research = z.infer<typeof research>;
export type PlanShown = z.infer<typeof plan>;
export type Timeline = z.infer<typeof timeline>;
export type Evidence = z.infer<typeof evidence>;
export type Listed = z.infer<typeof all>;
