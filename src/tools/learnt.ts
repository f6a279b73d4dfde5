import type { z } from 'zod';
import { shortened } from '../workflow/shortened.ts';
import type { learning } from './schema.ts';

const CHARACTERS = 300;

/** What earlier runs taught about a failure, below its words. */
export const learntLines = (learnings: readonly z.infer<typeof learning>[] = []): string[] =>
  learnings.map(({ text, deployment }) => `learnt before (${deployment}): ${shortened(text, CHARACTERS)}`);
