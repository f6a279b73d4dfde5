import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { deployment, list, minutes, output, READS, wait } from './schema.ts';

const input = z.strictObject({ deployment, wait });
export type Input = z.infer<typeof input>;

const answer = output({
  status: z.string(),
  static: list,
  health: list,
  functional: list,
  phases: list,
});
export type Output = z.infer<typeof answer>;

export const runValidation = defineTool({
  name: 'run-validation',
  title: 'Validate the whole deployment',
  description: "Every phase's resources again, and the plan's static, health and functional checks. Behind Gate I.",
  annotations: { ...READS, readOnlyHint: false },
  searchHint: 'full validation of a deployment',
  input,
  output: answer,
  lease_ms: () => minutes(35),
  text: (v) => String(v.summary ?? ''),
  load: async () => (await import('./run-validation.run.ts')).run,
});
