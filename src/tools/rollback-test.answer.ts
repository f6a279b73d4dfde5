import { z } from 'zod';
import { lines, list, remaining } from './schema.ts';

const unrehearsable = list(
  z.strictObject({ object: z.string().optional(), command: z.string().optional(), why: z.string() }),
);

const rehearsal = z.strictObject({
  status: z.enum(['pass', 'fail', 'unknown']),
  reason: z.string(),
  message: z.string(),
  namespace: z.string().optional(),
  borrowed: lines,
  applied: lines.optional(),
  removed: lines.optional(),
  restored: lines.optional(),
  remaining: remaining.optional(),
  commands: list(
    z.strictObject({ command: z.string(), exit_code: z.number().nullable(), output: z.string() }),
  ).optional(),
  wrong: lines.optional(),
  incomplete: lines.optional(),
});

export const answer = z.strictObject({
  status: z.enum(['PASS', 'FAIL', 'UNKNOWN', 'CANCELLED']),
  message: z.string(),
  phase: z.number(),
  steps: list(z.strictObject({ object: z.string(), action: z.string(), status: z.string(), message: z.string() })),
  irreversible: lines,
  unrehearsable,
  rehearsal: rehearsal.optional(),
  evidence: z.string().optional(),
});
export type Output = z.infer<typeof answer>;
export type Rehearsed = NonNullable<Output['rehearsal']>;

export function text(v: Output): string {
  if (v.status === 'CANCELLED') return v.message;
  return [
    `${v.status}: ${v.message}`,
    ...(v.rehearsal === undefined ? [] : rehearsalLines(v.rehearsal, v)),
    ...v.steps.map((s) => `- ${s.action} ${s.object}: ${s.message}`),
    ...v.irreversible.map((one) => `- can't be undone: ${one}`),
  ].join('\n');
}

function rehearsalLines(own: Rehearsed, { message, unrehearsable: not }: Output): string[] {
  const { namespace, wrong = [], incomplete = [], remaining: left = [] } = own;
  return [
    ...(own.message === message ? [] : [`Rehearsal: ${own.status.toUpperCase()}: ${own.message}`]),
    ...(namespace === undefined || own.reason === 'CopyNotGone' ? [] : [`Rehearsed in ${namespace}, which is gone.`]),
    ...[...wrong, ...incomplete].map((one) => `- ${one}`),
    ...left.map((r) => `- stays: ${r.object}: ${r.why}`),
    ...not.map((u) => `- not rehearsed: ${u.object ?? `\`${u.command}\``}: ${u.why}`),
  ];
}
