import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { digestPrefix } from '../workflow/index.ts';
import { answer } from './request-approval.answer.ts';
import { deployment, minutes } from './schema.ts';

const input = z.strictObject({ deployment, ask_again: z.boolean().optional() });
export type Input = z.infer<typeof input>;

export type Output = z.infer<typeof answer>;

export function text({
  status,
  assurance,
  digest,
  decided_at,
  remark,
  missing,
  how = [],
  outside = [],
}: Output): string {
  if (status !== 'pending')
    return `A person decided ${decided_at}: ${status} (${assurance})${remark === undefined ? '' : `: ${remark}`}.`;
  const ways = how.map(({ action }) => `\`${action}\` on a terminal`);
  return [
    `PENDING: ${missing ?? 'nobody has decided'} about plan ${digestPrefix(digest)}. A person decides with ${ways.join(', ')}, or in this client's form if it has one. Wait; do not go on.`,
    ...outside,
  ].join('\n');
}

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
  text,
});
