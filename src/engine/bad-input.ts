import type { z } from 'zod';
import { type Issue, issuesIn, placeIn, type Refusal, refuse } from '../workflow/index.ts';
import type { ToolDefinition } from './tool.ts';

const MOST = 8;

/** One refusal that names every wrong argument, and what would be right. */
export function badInput({ name, input }: Pick<ToolDefinition, 'name' | 'input'>, error: z.ZodError): Refusal {
  const found = issuesIn(error, input);
  const said = found.slice(0, MOST).map((issue) => sentence(issue, input));
  const more = found.length > MOST ? [`and ${found.length - MOST} more`] : [];
  return refuse('BAD_INPUT', `${name}: ${[...said, ...more].join('; ')}`);
}

function sentence({ path, message }: Issue, input: z.ZodType): string {
  if (path.length === 0) return message;
  const meant =
    message === 'is missing' ? placeIn(input, path).find((place) => place.description !== undefined) : undefined;
  return `${path.join('.')}: ${message}${meant === undefined ? '' : ` (${meant.description})`}`;
}
