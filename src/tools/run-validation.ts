import { z } from 'zod';
import { defineTool } from '../engine/tool.ts';
import { checkLine } from '../phases/check.ts';
import { check, deployment, list, minutes, READS, wait } from './schema.ts';

const input = z.strictObject({ deployment, wait });
export type Input = z.infer<typeof input>;

const answer = z.strictObject({
  status: z.enum(['PASS', 'FAIL', 'UNKNOWN']),
  message: z.string(),
  phases: list(check),
  static: list(check),
  health: list(check),
  functional: list(check),
  evidence: z.string(),
});
export type Output = z.infer<typeof answer>;

const MAX_CHECKS = 40;

const text = (v: Output): string =>
  [
    `${v.status}: ${v.message}`,
    ...[...v.phases, ...v.static, ...v.health, ...v.functional].slice(0, MAX_CHECKS).map(checkLine),
  ].join('\n');

export const runValidation = defineTool({
  name: 'run-validation',
  title: 'Validate the whole deployment',
  description: "Every phase's resources again, and the plan's static, health and functional checks. Behind Gate I.",
  annotations: { ...READS, readOnlyHint: false },
  searchHint: 'full validation of a deployment',
  input,
  output: answer,
  lease_ms: () => minutes(35),
  text,
});
