import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { list, minutes, output, texts, WRITES } from './schema.ts';

const input = z.strictObject({
  component: z.string().trim().min(1).max(100),
  namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a namespace name (RFC 1123 label)'),
  namespaces: texts.optional().describe('further namespaces it uses'),
  create_namespace: z.boolean().optional().describe('make those that are not there'),
  proving_namespace: z.string().optional().describe('where tracer bullets are fired'),
  context: z.string().optional().describe('kubeconfig context'),
  workspace: z.string().optional(),
  complexity: z.enum(['simple', 'medium', 'complex']).optional(),
  goal: z.string().optional(),
});
export type Input = z.infer<typeof input>;

const answer = output({ target: z.unknown(), preflight: z.unknown(), learnings: list });
export type Output = z.infer<typeof answer>;

export const startDeployment = defineTool({
  name: 'start-deployment',
  title: 'Start a deployment',
  description:
    'Opens the record of one deployment and looks at the cluster it goes to. Call it first; then research. Answers the id, the target, what this identity may do, and learnings of earlier runs.',
  annotations: { ...WRITES, destructiveHint: false },
  alwaysLoad: true,
  input,
  output: answer,
  lease_ms: () => minutes(2),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./start-deployment.run.ts')).run,
});
