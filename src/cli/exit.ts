import type { Performed } from '../engine/index.ts';

/**
 * Exit codes of every command: 0 done, 1 the answer is no, 2 wrong use, 3 the environment lacks something, and of
 * infragate check 4: nothing is known not to hold, but something can't be seen.
 */
export const EXIT = { done: 0, no: 1, wrongUse: 2, lacking: 3, unknown: 4 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The refusal's code, of an answer that is one. */
export function codeOf({ structured: { refusal } }: Performed): string | undefined {
  return typeof refusal === 'object' && refusal !== null && 'code' in refusal ? String(refusal.code) : undefined;
}

/** Asked for in a wrong way; or not to be had from here; or the answer is no. */
export function exitOf(code: string | undefined): Exit {
  if (code === 'BAD_INPUT' || code === 'NO_DEPLOYMENT' || code === 'AMBIGUOUS_DEPLOYMENT') return EXIT.wrongUse;
  return code === 'CLUSTER_UNREACHABLE' || code === 'FORBIDDEN' ? EXIT.lacking : EXIT.no;
}
