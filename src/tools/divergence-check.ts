import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer, text } from './divergence-check.answer.ts';
import { deployment, minutes, READS, texts, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  upstream_source: z.string().min(1).describe('URL, path or the text itself'),
  local_environment: z.string().optional().describe('a claim, checked: "OpenShift 4.14"'),
  features_to_verify: texts.optional(),
  namespace: z.string().optional().describe('with deployment "none"'),
  rule: z.string().optional().describe('only what this rule found, with every place and adjustment'),
  page: z.int().min(1).optional().describe('of a long answer'),
  wait,
});
export type Input = z.infer<typeof input>;

export const divergenceCheck = defineTool({
  name: 'divergence-check',
  title: 'Compare an upstream document with this environment',
  description:
    'Reads the document itself and compares what it takes for granted with the cluster. HIGH and UNKNOWN hold Gate R until an adjustment is verified (record-research adjustments).',
  annotations: READS,
  searchHint: 'compare docker compose, Helm README, install guide with cluster',
  input,
  output: answer,
  lease_ms: () => minutes(5),
  text,
});
