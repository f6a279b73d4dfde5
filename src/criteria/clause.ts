import type { Cursor } from './cursor.ts';
import { phrases } from './cursor.ts';
import type { Asked } from './observed.ts';
import type { Predicate, Subject, Target } from './predicate.ts';

/** Why a text that was understood can't be taken, and what would do what was meant. */
export type Problem = {
  readonly why: string;
  /** Ways to write it, each tried before it is offered. */
  readonly offers: (about: Offered) => readonly string[];
};

/** What a form may be written about. */
export type Offered = {
  readonly subjects: readonly Subject[];
  readonly target: Target | undefined;
  readonly said: string;
};

export type Made =
  | { readonly kind: 'made'; readonly make: (asked: Asked) => Predicate; readonly implied?: 'whole' }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** What a sentence may say of its subject. `forms` are shown when a text isn't understood, and on the reference page. */
export type Clause = {
  readonly name: string;
  readonly forms: readonly string[];
  readonly means: string;
  /** Takes its words from the cursor; undefined, whatever was taken, when they aren't this clause's. */
  readonly parse: (c: Cursor, subjects: readonly Subject[]) => Made | undefined;
};

export const made = (make: (asked: Asked) => Predicate, implied?: 'whole'): Made => ({
  kind: 'made',
  make,
  ...(implied === undefined ? {} : { implied }),
});
export const problem = (why: string, offers: Problem['offers']): Made => ({
  kind: 'problem',
  problem: { why, offers },
});

/** Words between a subject and what it is: they carry no meaning of their own here. */
export const LINKS = phrases(
  'reaches|reach|reached|becomes|become|became|gets|get|gets to|goes|goes to|turns|enters|is|are|be|was|were|been|has|have|has been|have been|in|in a|in the|into|reports|report|shows|show|must|should|will|shall|can|must be|should be|will be|comes|come|stays|stay|remains|remain|to|eventually|finally|now|a|an|the|fully|successfully|completely|also|both|all|=|==|:|->|→|=>|status is|state is|phase is|status|state|phase|then|up to',
);
/** After what it is. */
export const AFTER_STATE = phrases('state|status|phase|condition|successfully|again|eventually|now|fully|completely');

export const NEGATIONS = phrases(
  "not|never|no longer|isn't|aren't|doesn't|don't|does not|do not|is not|are not|must not|should not|has not|have not|won't|can't|cannot|hasn't|wasn't",
);
export const OR = phrases('or|or else|/');
/** Where an unquoted text of several words ends. */
export const STOPS = phrases(
  'and|or|,|;|.|&|after|before|within|until|till|while|when|once|if|unless|without|but|then|for|by|in under|in less than|in at most|)|(',
);
