import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer } from './deployment-status.answer.ts';
import { text } from './deployment-status.text.ts';
import { deployment, minutes } from './schema.ts';

const input = z.strictObject({
  deployment,
  show: z.enum(['status', 'research', 'plan', 'timeline', 'evidence']).optional(),
  id: z.string().optional().describe('evidence: a digest from an answer, its first digits, or an item'),
});
export type Input = z.infer<typeof input>;

export const deploymentStatus = defineTool({
  name: 'deployment-status',
  title: 'Where a deployment stands',
  description:
    'Begin here. The stage, its gate with every check and what leads on, open blockers, running runs, time budget. Without an id and not exactly one open: the list. show: research, plan, timeline, or evidence (with id).',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  alwaysLoad: true,
  input,
  output: answer,
  lease_ms: () => minutes(1),
  text,
  inText: ['plan'],
});
