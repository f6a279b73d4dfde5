import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, minutes, RECORDS, texts } from './schema.ts';

const input = z.strictObject({
  deployment,
  went_well: texts.optional(),
  diverged: texts.optional(),
  unexpected: texts.optional(),
  helped: texts.optional(),
  missing: texts.optional(),
  learnings: z
    .array(
      z.strictObject({
        title: z.string().trim().min(3).max(500),
        situation: z.string().trim().min(8).max(20_000),
        advice: z.string().trim().min(8).max(20_000),
        tags: z.array(z.string().max(100)).max(50).optional(),
      }),
    )
    .optional(),
  judged: z
    .array(z.strictObject({ learning: z.string(), helped: z.boolean(), because: z.string().optional() }))
    .optional()
    .describe('learnings of earlier runs you followed, by title'),
});
export type Input = z.infer<typeof input>;

const answer = z.strictObject({
  retrospective: z.string(),
  learnings_kept: z.number(),
  already_known: z.number(),
  resource: z.string(),
});
export type Output = z.infer<typeof answer>;

export const recordRetro = defineTool({
  name: 'record-retro',
  title: 'Record the retrospective',
  description:
    'Derives the retrospective from the record (times, failures, returns, refusals), adds your narrative marked as yours, and keeps learnings for later deployments. Behind Gate I, or on a closed deployment.',
  annotations: RECORDS,
  searchHint: 'retrospective and learnings of a deployment',
  input,
  output: answer,
  lease_ms: () => minutes(1),
  text: (v) => `Recorded: ${v.learnings_kept} learnings kept, ${v.already_known} known already.\n\n${v.retrospective}`,
  inText: ['retrospective'],
});
