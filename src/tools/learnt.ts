import type { z } from 'zod';
import type { learning } from './schema.ts';

const CHARACTERS = 300;

/** What earlier runs taught about a failure, below its words. */
export const learntLines = (learnings: readonly z.infer<typeof learning>[] = []): string[] =>
  learnings.map(({ text, deployment }) => `learnt before (${deployment}): ${text.slice(0, CHARACTERS)}`);
