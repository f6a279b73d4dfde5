import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer as decided } from './request-approval.answer.ts';
import { text as decidedText } from './request-approval.ts';
import { deployment, list, minutes, WRITES, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  wait,
});
export type Input = z.infer<typeof input>;

const advanced = z.strictObject({
  status: z.enum(['COMPLETED', 'YOUR_TURN', 'STOPPED', 'RUNNING', 'pending']),
  steps: list(z.strictObject({ tool: z.string(), status: z.string(), summary: z.string() })),
  because: z.string(),
});
/** Asked about the plan on the way, a person may have answered the form. */
const answer = z.union([advanced, decided]);
export type Output = z.infer<typeof answer>;
export type Advanced = z.infer<typeof advanced>;

export const advanceDeployment = defineTool({
  name: 'advance-deployment',
  title: 'Advance',
  description: 'Takes the complete calls of `next` one by one until one fails or needs a person or you.',
  annotations: WRITES,
  input,
  output: answer,
  lease_ms: () => minutes(60),
  text: (v) =>
    'steps' in v
      ? [...v.steps.map((s, i) => `${i + 1}. ${s.tool}: ${s.status}`), `${v.status}: ${v.because}`].join('\n')
      : decidedText(v),
  inText: ['because'],
});
