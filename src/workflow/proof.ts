/**
 * How much a criterion shows when it holds, from the least: the object as the API server stores it, a node chosen for its
 * Pods, a container of it started, what its controller or its program reports.
 */
export const PROOFS = ['stored', 'scheduled', 'started', 'reported'] as const;
export type Proof = (typeof PROOFS)[number];

/** Records of before this was written down say none: nothing is asked of their successors then. */
export const isAsStrong = (shown: Proof | undefined, asked: Proof | undefined): boolean =>
  asked === undefined || (shown !== undefined && PROOFS.indexOf(shown) >= PROOFS.indexOf(asked));

export const strongest = (proofs: readonly (Proof | undefined)[]): Proof | undefined =>
  PROOFS.findLast((proof) => proofs.includes(proof));
