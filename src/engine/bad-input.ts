import type { z } from 'zod';
import { type Issue, issuesIn, type Refusal, refuse } from '../workflow/index.ts';
import type { ToolDefinition } from './tool.ts';

const MOST = 8;

/** One refusal that names every wrong argument, and what would be right. */
export function badInput({ name, input }: Pick<ToolDefinition, 'name' | 'input'>, error: z.ZodError): Refusal {
  const said = issuesIn(error, input, MOST).map(sentence);
  return refuse('BAD_INPUT', `${name}: ${said.join('; ')}`);
}

const sentence = ({ path, message }: Issue): string => (path.length === 0 ? message : `${path.join('.')}: ${message}`);
