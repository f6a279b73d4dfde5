import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, list, minutes, output, RECORDS } from './schema.ts';

const input = z.strictObject({
  deployment,
  stage: z.enum(['research', 'plan']),
  because: z.string().trim().min(8).max(1000),
});
export type Input = z.infer<typeof input>;

const answer = output({ blocker: z.unknown(), no_longer_counts: list });
export type Output = z.infer<typeof answer>;

export const returnTo = defineTool({
  name: 'return-to',
  title: 'Go back to research or planning',
  description:
    'Opens a blocker that sends the deployment back, because of what was found. Newer evidence, or a revised plan, closes it.',
  annotations: RECORDS,
  searchHint: 're-plan or research again after a failed phase',
  input,
  output: answer,
  lease_ms: () => minutes(1),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./return-to.run.ts')).run,
});
