import { type Deployment, type Observation, plan } from './deployment.ts';

/** Phase evidence is bound to the digest of phases 1..n, so a plan revised in phase 4 keeps what 1 to 3 have proven. */
export type PhaseState = {
  readonly number: number;
  readonly name: string;
  readonly bound: string;
  readonly commit: 'before' | 'after' | 'none';
  readonly delivery: string;
  readonly irreversible: boolean;
  readonly applied: boolean;
  /** Something was applied after the latest gate looked: it has to look again. */
  readonly unseen: boolean;
  /** The latest gate of this phase under this content. */
  readonly latest?: Observation;
  readonly committed?: string;
};

export function phases(d: Deployment): PhaseState[] {
  const current = plan(d);
  if (current === undefined) return [];
  return current.phases.map((phase, index) => {
    const bound = current.cumulative[index] ?? '';
    const latest = d.observations.get(`phase:${phase.number}`)?.findLast((o) => o.bound === bound);
    const committed = d.commits.findLast((c) => c.phase === phase.number && c.bound === bound)?.sha;
    const placed = d.placements.filter((p) => p.purpose === 'phase' && p.phase === phase.number && p.state !== 'gone');
    return {
      ...phase,
      bound,
      applied: placed.length > 0,
      unseen: placed.some((p) => p.state === 'created' && p.seq > (latest?.seq ?? 0)),
      ...(latest === undefined ? {} : { latest }),
      ...(committed === undefined ? {} : { committed }),
    };
  });
}

export const hasPassed = (phase: PhaseState): boolean => phase.latest?.verdict.status === 'pass';

/** The first phase that has not passed: the one that may be worked on. */
export const currentPhase = (d: Deployment): PhaseState | undefined => phases(d).find((p) => !hasPassed(p));

/** The sequence number of the last phase gate that passed; Stage V's evidence must be newer. */
export const lastPhasePass = (d: Deployment): number =>
  Math.max(0, ...phases(d).map((p) => (hasPassed(p) ? (p.latest?.seq ?? 0) : 0)));
