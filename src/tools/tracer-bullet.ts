import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { cancel, deployment, oneOrMore, output, WRITES, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  assumption: z.string().min(1).describe('text or id of a critical assumption or item'),
  minimal_spec: z.string().min(1).describe('YAML, at most 10 documents; contains what the assumption is about'),
  success_criteria: oneOrMore.describe('"Pod reaches Running state", "condition=Ready", "jsonpath={…}=…", "cel: …"'),
  timeout: z
    .string()
    .regex(/^\d+(s|m)$/, 'must be a duration like "120s"')
    .optional()
    .describe('default "120s", at most "300s"'),
  cleanup: z.boolean().optional().describe('default true'),
  wait,
  cancel,
});
export type Input = z.infer<typeof input>;

const texts = z.array(z.string());
const answer = output({
  status: z.string().describe('PASS | FAIL | UNKNOWN | RUNNING'),
  failure: z.looseObject({ type: z.string(), reason: z.string(), message: z.string(), action: z.string() }),
  duration_ms: z.number(),
  evidence: z.looseObject({}),
  resources: z.array(z.looseObject({})),
  applied_at: z.string(),
  ready_at: z.string(),
  criteria: z.array(z.looseObject({})),
  cleanup: z.looseObject({}),
  recommendations: texts,
  summary: z.string(),
});
export type Output = z.infer<typeof answer>;

/** Longer than any shot: watching, evidence and clean-up. */
const CLEANUP_MS = 150_000;

export const tracerBullet = defineTool({
  name: 'tracer-bullet',
  title: 'Fire a tracer bullet',
  description:
    'Proves one critical assumption with the smallest real objects: creates them under fresh names, watches until the criteria hold or the reason for failure is plain, keeps the evidence, removes everything and verifies it. Behind Gate R. A failure opens a research blocker.',
  annotations: WRITES,
  searchHint: 'prove an assumption on the real cluster with a minimal object',
  input,
  output: answer,
  lease_ms: (i) => (durationMs(i.timeout) ?? 120_000) + CLEANUP_MS,
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./tracer-bullet.run.ts')).run,
});

/** "90s", "2m" → milliseconds. */
export function durationMs(text: string | undefined): number | undefined {
  const match = /^(\d+)(s|m)$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]) * (match[2] === 'm' ? 60_000 : 1000);
}
