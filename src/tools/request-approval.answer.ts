import { z } from 'zod';
import { lines, list } from './schema.ts';

/** What a person decided, or that nobody has; a form's answer has it, too, whichever tool asked. */
export const answer = z.strictObject({
  status: z.enum(['approved', 'revise', 'rejected', 'pending']),
  assurance: z.string(),
  digest: z.string(),
  decided_at: z.string().optional(),
  remark: z.string().optional(),
  missing: z.string().optional().describe('who else decides'),
  class: z.string().optional().describe('of changes, approved beforehand'),
  plan: z.string().optional().describe('what the approver is shown'),
  review: z.string().optional().describe('its digest'),
  how: list(z.strictObject({ person: z.string(), action: z.string() })).optional(),
  outside: lines.optional().describe('why no class of changes approved beforehand has it'),
});
