import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, lines, minutes, RECORDS } from './schema.ts';

const input = z.strictObject({
  deployment,
  stage: z.enum(['research', 'plan']),
  because: z.string().trim().min(8).max(1000),
});
export type Input = z.infer<typeof input>;

const answer = z.strictObject({
  stage: z.enum(['research', 'plan']),
  blocker: z.strictObject({
    id: z.string(),
    gate: z.enum(['R', 'P']),
    cause: z.string(),
    because: z.string(),
    subjects: lines,
  }),
  no_longer_counts: lines,
});
export type Output = z.infer<typeof answer>;

/** What leads on. */
const HOW = {
  research: 'Evidence older than this no longer counts: run cluster-reality-check again; retire what turned out wrong.',
  plan: 'A revised plan (another digest) closes it; phases whose content stays the same keep their evidence.',
} as const;

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
  text: ({ stage, blocker }) => `Back to ${stage}: ${blocker.because}\n${HOW[stage]}`,
});
