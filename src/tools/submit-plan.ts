import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { planForm } from '../plan/fields.ts';
import { deployment, minutes, RECORDS, wait } from './schema.ts';
import { answer, inText, text } from './submit-plan.answer.ts';

const input = z.strictObject({
  deployment,
  plan: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .describe(planForm()),
  plan_file: z.string().optional().describe('in the workspace, instead of plan'),
  wait,
});
export type Input = z.infer<typeof input>;

export const submitPlan = defineTool({
  name: 'submit-plan',
  title: 'Submit the plan',
  description:
    'Validates a plan and records it when it has no errors. With neither plan nor plan_file it answers a plan to start from. Behind Gate 0.',
  annotations: RECORDS,
  searchHint: 'submit or revise the phased deployment plan',
  input,
  output: answer,
  lease_ms: () => minutes(5),
  text,
  inText,
});
