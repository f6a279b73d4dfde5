import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, list, minutes, output, phaseNumber, WRITES, wait } from './schema.ts';

const input = z.strictObject({ deployment, phase_number: phaseNumber, execute: z.boolean().optional(), wait });
export type Input = z.infer<typeof input>;

const answer = output({
  steps: list,
  objects: list,
  restored: list,
  removed: list,
  recreated: list,
  untouched: list,
  lost: list,
  remaining: list,
});
export type Output = z.infer<typeof answer>;

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
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./rollback-phase.run.ts')).run,
});
