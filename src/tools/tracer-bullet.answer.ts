import { z } from 'zod';
import { FAILURE_TYPES } from '../objects/failure/failure.ts';
import { learntLines } from './learnt.ts';
import { learning, lines, list } from './schema.ts';

export const answer = z.strictObject({
  status: z.enum(['PASS', 'FAIL', 'UNKNOWN']),
  assumption: z.string(),
  reason: z.string(),
  message: z.string(),
  failure: z
    .strictObject({
      type: z.enum(FAILURE_TYPES),
      reason: z.string(),
      message: z.string(),
      action: z.string(),
      final: z.boolean(),
      object: z.string(),
      needs_logs: list(z.strictObject({ pod: z.string(), container: z.string(), previous: z.boolean() })).optional(),
    })
    .optional(),
  duration_ms: z.number(),
  evidence: z.strictObject({
    id: z.string(),
    events: lines.optional(),
    conditions: lines.optional(),
    logs: lines.optional(),
  }),
  resources: list(z.strictObject({ ref: z.string(), namespace: z.string().optional(), uid: z.string().optional() })),
  applied_at: z.string().optional(),
  ready_at: z.string().optional(),
  criteria: list(
    z.strictObject({ text: z.string(), holds: z.boolean(), because: z.string(), final: z.literal(true).optional() }),
  ),
  seen: list(z.strictObject({ subject: z.string(), message: z.string() })).optional(),
  cleanup: z.strictObject({
    deleted: lines,
    verified: z.boolean(),
    kept: z.boolean().optional(),
    remaining: list(
      z.strictObject({ object: z.string(), uid: z.string().optional(), finalizers: lines.optional(), why: z.string() }),
    ),
    not_looked_for: lines.optional(),
  }),
  recommendations: lines,
  warnings: lines.optional(),
  learnings: list(learning).optional(),
});
export type Output = z.infer<typeof answer>;

const CAUSE_CHARACTERS = 500;
const MAX_RECOMMENDATIONS = 2;
const MAX_EVENTS = 2;

export function text(v: Output): string {
  const passed = v.status === 'PASS';
  return [
    `${v.status} in ${(v.duration_ms / 1000).toFixed(1)} s: ${v.assumption}`,
    passed ? seen(v) : cause(v),
    ...v.criteria.map((c) => `${c.holds ? '✓' : '✗'} ${c.text}: ${c.because}`),
    ...(passed ? [] : (v.evidence.events ?? []).slice(-MAX_EVENTS).map((event) => `event: ${event}`)),
    `clean-up: ${cleanup(v)}`,
    `evidence: ${v.evidence.id}`,
    ...(passed ? [] : v.recommendations.slice(0, MAX_RECOMMENDATIONS).map((one) => `→ ${one}`)),
    ...learntLines(v.learnings),
  ].join('\n');
}

/** The assumption's sentence is the agent's; what was seen is what counts. */
function seen({ seen: items = [] }: Output): string {
  const words = items.map(({ subject, message }) => `${subject.replace(/^\w+:/, '')}: ${message}`);
  return `seen: ${words.length === 0 ? 'that the criteria hold, nothing of the items by themselves' : words.join('; ')}`;
}

const cause = ({ failure, message }: Output): string =>
  failure === undefined ? message : `${failure.type}/${failure.reason}: ${failure.message.slice(0, CAUSE_CHARACTERS)}`;

function cleanup({ cleanup: { deleted, verified, kept, remaining }, resources }: Output): string {
  if (resources.length === 0) return 'nothing was created';
  if (kept === true) return 'kept on purpose';
  return verified
    ? `${deleted.length} objects deleted, verified gone`
    : `NOT clean: ${remaining.map((one) => `${one.object}: ${one.why}`).join('; ')}`;
}
