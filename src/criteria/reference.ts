/** The grammar's tables together, for the reference page and for tests of it. */
export { COMPARISONS } from './comparisons.ts';
export { UNITS } from './durations.ts';
export { CLAUSES } from './grammar.ts';
export { KUBECTL_FLAGS } from './kubectl.ts';
export { REPORTS } from './logs.ts';
export { MEANT, OTHER_FORMS } from './offers.ts';
export { STATES } from './states.ts';
export { SUBJECT_FORMS } from './subject-phrase.ts';
export { TRAILING_FORMS } from './trailing.ts';
