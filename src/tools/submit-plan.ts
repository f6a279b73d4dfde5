import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, list, minutes, output, RECORDS, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  plan: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  plan_file: z.string().optional(),
  wait,
});
export type Input = z.infer<typeof input>;

const answer = output({ digest: z.string(), problems: list, changes: z.unknown() });
export type Output = z.infer<typeof answer>;

export const submitPlan = defineTool({
  name: 'submit-plan',
  title: 'Submit the plan',
  description:
    'Validates a plan (phase_N or phases[]: name, resources[], validation_commands[], success_criteria[], rollback[]; validation{}; risks[]) and records it when it has no errors. Problems come with path, line, column. Behind Gate 0.',
  annotations: RECORDS,
  searchHint: 'submit or revise the phased deployment plan',
  input,
  output: answer,
  lease_ms: () => minutes(5),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./submit-plan.run.ts')).run,
});
