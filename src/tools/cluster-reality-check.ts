import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { realityText } from './reality-text.ts';
import { deployment, list, minutes, output, READS, texts, wait } from './schema.ts';

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

const answer = output({
  apis: list,
  images: list,
  operators: list,
  configuration: list,
  manifests: list,
});
export type Output = z.infer<typeof answer>;

export const clusterRealityCheck = defineTool({
  name: 'cluster-reality-check',
  title: 'Try assumptions against the cluster',
  description:
    'Looks at the real cluster and registries: APIs, images, operators, configuration, manifests (server dry run). Changes nothing. In a deployment without lists: every item that lacks fresh evidence; lists given are added to the assumptions. deployment "none": on its own. A large answer says once, in passed, what the items that passed share.',
  annotations: READS,
  searchHint: 'verify Kubernetes APIs, images, operators, configuration exist',
  input,
  output: answer,
  lease_ms: () => minutes(5),
  text: realityText,
  load: async () => (await import('./cluster-reality-check.run.ts')).run,
});
