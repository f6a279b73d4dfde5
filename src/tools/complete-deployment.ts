import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, excerpt, minutes, RECORDS } from './schema.ts';

const input = z.strictObject({ deployment });
export type Input = z.infer<typeof input>;

const answer = z.strictObject({ status: z.literal('COMPLETED'), report: z.string(), resource: z.string() });
export type Output = z.infer<typeof answer>;

export const completeDeployment = defineTool({
  name: 'complete-deployment',
  title: 'Complete the deployment',
  description: 'Closes the record when all five gates pass and answers the final report. Behind Gate V.',
  annotations: RECORDS,
  searchHint: 'finish a deployment',
  input,
  output: answer,
  lease_ms: () => minutes(5),
  text: (v) => excerpt(v.report, v.resource),
});
