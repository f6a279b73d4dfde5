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
  /** All of it was applied since it was last looked at: what its gate said then is of no more use. */
  readonly changed: boolean;
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
    const done = d.observations.get(appliedSubject(phase.number))?.findLast((o) => o.bound === bound);
    const committed = d.commits.findLast((c) => c.phase === phase.number && c.bound === bound)?.sha;
    return {
      ...phase,
      bound,
      applied: d.placements.some((p) => p.purpose === 'phase' && p.phase === phase.number && p.state !== 'gone'),
      changed: done?.verdict.status === 'pass' && done.seq > (latest?.seq ?? 0),
      ...(latest === undefined ? {} : { latest }),
      ...(committed === undefined ? {} : { committed }),
    };
  });
}

/** What apply-phase records about a phase as a whole; `phase:N` is its gate's. */
export const appliedSubject = (phase: number): string => `applied:${phase}`;

export const hasPassed = (phase: PhaseState): boolean => phase.latest?.verdict.status === 'pass';

/** The first phase that has not passed: the one that may be worked on. */
export const currentPhase = (d: Deployment): PhaseState | undefined => phases(d).find((p) => !hasPassed(p));

/** The sequence number of the last phase gate that passed; Stage V's evidence must be newer. */
export const lastPhasePass = (d: Deployment): number =>
  Math.max(0, ...phases(d).map((p) => (hasPassed(p) ? (p.latest?.seq ?? 0) : 0)));
