import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { durationMs } from '../workflow/duration.ts';
import { cancel, deployment, oneOrMore, WRITES, wait } from './schema.ts';
import { answer, text } from './tracer-bullet.answer.ts';

const input = z.strictObject({
  deployment,
  assumption: z.string().min(1).describe('text or id'),
  minimal_spec: z.string().min(1).describe('YAML, ≤ 10 documents, with what the assumption is about'),
  success_criteria: oneOrMore.describe('"Pod reaches Running state", condition=…, jsonpath=…, cel: …'),
  timeout: z
    .string()
    .regex(/^\d+(s|m)$/, 'must be a duration like "120s"')
    .optional()
    .describe('default "120s", ≤ "300s"'),
  cleanup: z.boolean().optional().describe('default true'),
  wait,
  cancel,
});
export type Input = z.infer<typeof input>;

/** Longer than any shot: watching, evidence and clean-up. */
const CLEANUP_MS = 150_000;

export const tracerBullet = defineTool({
  name: 'tracer-bullet',
  title: 'Fire a tracer bullet',
  description:
    'Proves one critical assumption with the smallest real objects: creates them under fresh names, watches until the criteria hold or the failure is plain, keeps the evidence, removes everything. Behind Gate R; a failure opens a blocker.',
  annotations: WRITES,
  searchHint: 'prove an assumption on the real cluster with a minimal object',
  input,
  output: answer,
  lease_ms: (i) => (durationMs(i.timeout ?? '120s') ?? 120_000) + CLEANUP_MS,
  text,
});
