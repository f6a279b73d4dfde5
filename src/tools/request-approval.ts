import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, minutes, output } from './schema.ts';

const input = z.strictObject({ deployment, ask_again: z.boolean().optional() });
export type Input = z.infer<typeof input>;

const answer = output({ status: z.enum(['approved', 'revise', 'rejected', 'pending']), assurance: z.string() });
export type Output = z.infer<typeof answer>;

export const requestApproval = defineTool({
  name: 'request-approval',
  title: 'Ask a person to approve the plan',
  description:
    'Shows a person the plan and asks approve, revise or reject, for exactly this digest. pending means nobody has decided; do not go on. Behind Gate 0 and a valid plan.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  searchHint: 'ask a person to approve the deployment plan',
  input,
  output: answer,
  lease_ms: () => minutes(1),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./request-approval.run.ts')).run,
});
