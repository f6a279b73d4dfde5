/**
 * Files of test/cases/objects that do not answer as they should yet. Only while work goes on: a change that mends a kind
 * takes its files out, and the test fails for a file that holds and is still listed.
 */
export const KNOWN_FAILING: ReadonlySet<string> = new Set([
  // Criteria and sums.
  // Readings, failures and what the gate advises.
]);
