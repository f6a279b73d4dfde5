import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { cancel, deployment, list, minutes, output, phaseNumber, texts, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  phase_number: phaseNumber,
  phase_name: z.string().optional(),
  resources_deployed: texts.optional(),
  validation_commands: texts.optional(),
  success_criteria: texts.optional(),
  rollback_procedure: z.union([z.string(), texts]).optional(),
  wait,
  cancel,
});
export type Input = z.infer<typeof input>;

const answer = output({
  status: z.enum(['PASS', 'FAIL', 'RUNNING', 'CANCELLED']),
  checks: list,
  failure: z.unknown(),
  options: list,
  commit: z.unknown(),
});
export type Output = z.infer<typeof answer>;

export const phaseGate = defineTool({
  name: 'phase-gate',
  title: 'Prove a phase',
  description:
    'Looks whether the phase is live, as applied, ready, its validation commands and criteria hold, and nothing earlier broke. PASS: commit as told. FAIL: stop; fix, rollback-phase or return-to. Arguments other than phase_number are only compared with the approved plan.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  searchHint: 'validate a deployment phase',
  input,
  output: answer,
  lease_ms: () => minutes(35),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./phase-gate.run.ts')).run,
});
