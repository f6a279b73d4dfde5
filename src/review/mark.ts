import type { Danger } from './fact.ts';
import type { ObjectReview } from './object.ts';

/** What stands before a line, by its danger. */
export const MARK: Readonly<Record<Danger, string>> = { 3: '!! ', 2: '!  ', 1: '   ', 0: '   ' };

export const titled = (o: ObjectReview): string => `${o.name} (phase ${o.phase})`;
