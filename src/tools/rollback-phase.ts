import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer, text } from './rollback-phase.answer.ts';
import { deployment, minutes, phaseNumber, WRITES, wait } from './schema.ts';

const input = z.strictObject({ deployment, phase_number: phaseNumber, execute: z.boolean().optional(), wait });
export type Input = z.infer<typeof input>;

export const rollbackPhase = defineTool({
  name: 'rollback-phase',
  title: 'Roll a phase back',
  description:
    "Shows, and with execute: true takes, the way back: the plan's rollback, then what apply-phase created is removed by UID and what it changed is restored, and both are verified. The phase is open again.",
  annotations: WRITES,
  searchHint: 'undo a deployed phase',
  input,
  output: answer,
  lease_ms: () => minutes(20),
  text,
});
