import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, list, minutes, output, WRITES, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  wait,
});
export type Input = z.infer<typeof input>;

const answer = output({ steps: list });
export type Output = z.infer<typeof answer>;

export const advanceDeployment = defineTool({
  name: 'advance-deployment',
  title: 'Advance',
  description: 'Takes the complete calls of `next` one by one until one fails or needs a person or you.',
  annotations: WRITES,
  input,
  output: answer,
  lease_ms: () => minutes(60),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./advance-deployment.run.ts')).run,
});
