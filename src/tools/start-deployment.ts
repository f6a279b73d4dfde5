import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { minutes, texts, WRITES } from './schema.ts';
import { answer, text } from './start-deployment.answer.ts';

const input = z
  .strictObject({
    component: z.string().trim().min(1).max(100).optional(),
    namespace: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a namespace name (RFC 1123 label)')
      .optional(),
    like: z.string().optional(),
    change: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'images {old: new}, replicas {"Deployment/web": 3}, values {"ConfigMap/x": {key: value}}; else as its files are',
      ),
    namespaces: texts.optional().describe('others it uses'),
    create_namespace: z.boolean().optional().describe('make missing ones'),
    proving_namespace: z.string().optional().describe('where bullets are fired'),
    context: z.string().optional().describe('kubeconfig context'),
    workspace: z.string().optional(),
    complexity: z.enum(['simple', 'medium', 'complex']).optional(),
    goal: z.string().optional(),
  })
  .superRefine((given, context) => {
    for (const field of ['component', 'namespace'] as const)
      if (given.like === undefined && given[field] === undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'is missing' });
  });
export type Input = z.infer<typeof input>;

export const startDeployment = defineTool({
  name: 'start-deployment',
  title: 'Start a deployment',
  description:
    'Opens the record of a deployment and looks at its cluster. Call it first. Answers the id, the target, permissions and learnings. like (a completed one) carries research and proofs over.',
  annotations: { ...WRITES, destructiveHint: false },
  alwaysLoad: true,
  input,
  output: answer,
  lease_ms: () => minutes(2),
  text,
});
