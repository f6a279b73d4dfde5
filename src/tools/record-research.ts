import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer, text } from './record-research.answer.ts';
import { deployment, minutes, RECORDS, texts, wait } from './schema.ts';

const requirement = z.union([z.string(), z.strictObject({ name: z.string(), provided_by: z.literal('plan') })]);

/** Services of the document that are not deployed, and why: the approver reads it. */
const leftOut = z.array(z.strictObject({ service: z.string(), because: z.string().min(8) }));

const input = z.strictObject({
  deployment,
  findings: z.string().optional().describe('Markdown: architecture, APIs, limits, where it was read'),
  sources: z.array(z.strictObject({ source: z.string(), not_compared: z.string().optional() })).optional(),
  no_outside_sources: z.string().optional().describe('why no outside document was used'),
  assumed_apis: z.array(requirement).optional().describe('group/version/Kind'),
  planned_images: texts.optional(),
  operators: z.array(requirement).optional(),
  configuration_requirements: z.array(requirement).optional(),
  critical_assumptions: z
    .array(z.strictObject({ assumption: z.string().min(8), impact: z.string().min(3), about: texts.min(1) }))
    .optional()
    .describe('those that sink the plan; about: names or ids of items'),
  adjustments: z
    .array(
      z.strictObject({
        divergence: z.string(),
        adjustment: z.string().min(8),
        verified_by: z.union([
          z.strictObject({ manifests: z.string(), left_out: leftOut.optional() }),
          z.strictObject({ item: z.string() }),
        ]),
      }),
    )
    .optional(),
  retire: z
    .array(z.strictObject({ item: z.string(), because: z.string().min(8), replaced_by: z.string().optional() }))
    .optional(),
  wait,
});
export type Input = z.infer<typeof input>;

export const recordResearch = defineTool({
  name: 'record-research',
  title: 'Record research',
  description:
    'Writes down findings and what they assume. Adds to what is there; merged by subject. An assumption no longer made is retired, with what replaces it. Records, verifies nothing: cluster-reality-check does.',
  annotations: RECORDS,
  searchHint: 'findings, assumptions, adjustments',
  input,
  output: answer,
  lease_ms: () => minutes(3),
  text,
});
