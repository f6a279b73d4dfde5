import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { answer, text } from './cluster-reality-check.answer.ts';
import { deployment, minutes, READS, texts, wait } from './schema.ts';

const input = z.strictObject({
  deployment,
  assumed_apis: texts.optional().describe('group/version/Kind[:field.path]'),
  planned_images: texts.optional(),
  operators: texts.optional(),
  configuration_requirements: texts
    .optional()
    .describe('e.g. "default StorageClass", "can create Secrets", "Kubernetes >= 1.27"'),
  manifests: z.string().optional().describe('YAML, file or folder'),
  namespace: z.string().optional(),
  wait,
});
export type Input = z.infer<typeof input>;

export const clusterRealityCheck = defineTool({
  name: 'cluster-reality-check',
  title: 'Try assumptions against the cluster',
  description:
    'Looks at the real cluster and registries: APIs, images, operators, configuration, manifests (server dry run). Changes nothing. In a deployment without lists: every item that lacks fresh evidence; lists given are added to the assumptions. deployment "none": on its own.',
  annotations: READS,
  searchHint: 'verify Kubernetes APIs, images, operators, configuration exist',
  input,
  output: answer,
  lease_ms: () => minutes(5),
  text,
});
