import { z } from 'zod';
import { lines, list } from './schema.ts';

const problem = z.strictObject({
  path: z.string(),
  line: z.number().optional(),
  column: z.number().optional(),
  file: z.string().optional(),
  severity: z.enum(['error', 'note']),
  message: z.string(),
});

export const answer = z.strictObject({
  status: z.enum(['VALID', 'INVALID']),
  digest: z.string().optional(),
  problems: list(problem),
  without_evidence: lines.optional().describe('used by the plan, without an observation'),
  changes: z.strictObject({ phases_kept: z.number() }).optional().describe('since the last revision'),
  difference: z.string().optional(),
  plan: z.string().optional().describe('as the approver reads it'),
  skeleton: z.string().optional().describe('a plan to start from'),
  source: z.string().optional().describe('the file the present plan came from'),
});
export type Output = z.infer<typeof answer>;
/** Documents: whole in the text. */
export const inText = ['plan', 'difference', 'skeleton'] as const;

const MAX_PROBLEMS = 30;

export function text(v: Output): string {
  if (v.skeleton !== undefined) {
    const again =
      v.source === undefined ? '' : `\nThe present plan came from ${v.source}: change it there and pass plan_file.`;
    return `No plan was given, so nothing was recorded. One to start from, for plan:\n${v.skeleton}${again}`;
  }
  if (v.status === 'INVALID') {
    const errors = v.problems.filter((p) => p.severity === 'error').length;
    return [
      `INVALID: ${errors} error(s); the plan was not recorded.`,
      ...v.problems.slice(0, MAX_PROBLEMS).map(problemLine),
    ].join('\n');
  }
  const without = v.without_evidence ?? [];
  return [
    ...(v.plan === undefined ? [] : [v.plan]),
    ...(v.difference === undefined ? [] : [`Since the last revision:\n${v.difference}`]),
    ...v.problems.map(problemLine),
    ...(without.length === 0 ? [] : [`Without evidence yet: ${without.join(', ')} (cluster-reality-check)`]),
  ].join('\n');
}

function problemLine(p: Output['problems'][number]): string {
  const where =
    p.line === undefined
      ? ''
      : ` (${p.file ?? 'plan'}, line ${p.line}${p.column === undefined ? '' : `, column ${p.column}`})`;
  return `- ${p.severity} ${p.path}${where}: ${p.message}`;
}
