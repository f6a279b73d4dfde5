import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, excerpt, minutes, RECORDS, texts } from './schema.ts';

const input = z.strictObject({
  deployment,
  path: z.string().optional().describe('inside the workspace'),
  access: texts.optional(),
  known_issues: texts.optional(),
});
export type Input = z.infer<typeof input>;

const answer = z.strictObject({ markdown: z.string(), path: z.string().optional(), resource: z.string() });
export type Output = z.infer<typeof answer>;

export const writeDocumentation = defineTool({
  name: 'write-documentation',
  title: 'Write the documentation',
  description:
    'Renders the deployment document from what is live and on record; with path, writes it there, keeping text people added. Behind Gate I.',
  annotations: RECORDS,
  searchHint: 'document a deployment',
  input,
  output: answer,
  lease_ms: () => minutes(3),
  text: (v) =>
    `${v.path === undefined ? 'The documentation is on record' : `Written to ${v.path}`}.\n\n${excerpt(v.markdown, v.resource)}`,
});
