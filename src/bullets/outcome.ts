import type { Sight } from '../apply/index.ts';
import type { Failure } from '../objects/index.ts';
import { fail, unknown, type Verdict } from '../workflow/index.ts';
import type { CriterionStanding } from './standing.ts';

/** How a shot ended: the verdict, for a failure its type and what to do, how each criterion stood, what was seen. */
export type Outcome = {
  readonly verdict: Verdict;
  readonly failure: Failure | undefined;
  readonly standings: readonly CriterionStanding[];
  /** The last look; nothing when nothing came to be. */
  readonly sight: Sight | undefined;
  /** When it was so, in milliseconds since 1970. */
  readonly at: number;
};

export const rejected = (failure: Failure): Outcome => ({
  verdict: fail(failure.reason, failure.message),
  failure,
  standings: [],
  sight: undefined,
  at: Date.now(),
});

export const cancelled = (sight?: Sight, standings: readonly CriterionStanding[] = []): Outcome => ({
  verdict: unknown('Cancelled', 'the run was cancelled; nothing was concluded from it'),
  failure: undefined,
  standings,
  sight,
  at: Date.now(),
});
