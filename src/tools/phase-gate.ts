import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer, text } from './phase-gate.answer.ts';
import { cancel, deployment, minutes, phaseNumber, texts, wait } from './schema.ts';

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
  text,
});
