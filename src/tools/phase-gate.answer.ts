import { z } from 'zod';
import { checkLine } from '../phases/check.ts';
import { learntLines } from './learnt.ts';
import { check, learning, list } from './schema.ts';

export const answer = z.strictObject({
  status: z.enum(['PASS', 'FAIL', 'CANCELLED']),
  phase: z.number(),
  name: z.string(),
  checks: list(check),
  commit: z
    .strictObject({
      required: z.boolean(),
      done: z.union([z.string(), z.literal(false)]).optional(),
      command: z.string().optional(),
    })
    .optional()
    .describe('done: the commit'),
  failure: z
    .strictObject({
      phase: z.number(),
      failed_validation: z.string(),
      error: z.string(),
      root_cause: z
        .strictObject({ type: z.string(), reason: z.string(), message: z.string(), action: z.string().optional() })
        .optional(),
      evidence: z.string(),
    })
    .optional(),
  options: list(
    z.strictObject({ option: z.string(), tool: z.string(), arguments: z.record(z.string(), z.unknown()) }),
  ).optional(),
  evidence: z.string().optional(),
  learnings: list(learning).optional(),
});
export type Output = z.infer<typeof answer>;

export function text(v: Output): string {
  if (v.status === 'CANCELLED') return `phase-gate ${v.phase} was cancelled; nothing was concluded.`;
  if (v.status === 'PASS')
    return [
      `PASS: phase ${v.phase} ${v.name}, ${v.checks.length} checks hold.`,
      ...failedBefore(v),
      ...commitLines(v),
    ].join('\n');
  const cause = v.failure?.root_cause;
  return [
    `FAIL: phase ${v.phase} ${v.name}. Stop here.`,
    ...v.checks.filter((c) => c.status !== 'PASS').map(checkLine),
    ...(cause?.action === undefined ? [] : [`Root cause (${cause.type}): ${cause.message}`, `To do: ${cause.action}`]),
    ...(v.options ?? []).map((one) => `- ${one.option}: ${one.tool}`),
    ...learntLines(v.learnings),
  ].join('\n');
}

/** What passes now and failed before. */
function failedBefore({ checks }: Output): string[] {
  const count = checks.filter((c) => c.reason === 'FailedBefore').length;
  return count === 0 ? [] : [`${count} of its validations failed before the phase was applied and pass now.`];
}

function commitLines({ commit }: Output): string[] {
  if (commit?.required !== true) return [];
  return typeof commit.done !== 'string'
    ? [`Commit it now, its files with it (an empty commit does not count): ${commit.command}`]
    : [`Commit ${commit.done.slice(0, 12)}.`];
}
