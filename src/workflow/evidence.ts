import { type Deployment, type Observation, plan, successor } from './deployment.ts';
import type { Instant, Item } from './facts.ts';

/**
 * What counts. One function decides for every check whether there is evidence about a subject: seen on this target,
 * young enough, newer than any blocker about it.
 */

/** Evidence older than this is stale, until approval is asked for. */
export const MAX_AGE_MS = 24 * 60 * 60 * 1000;

export type Standing = {
  readonly status: 'pass' | 'fail' | 'unknown' | 'missing' | 'stale';
  readonly because: string;
  readonly evidence?: Observation;
};

/**
 * A bullet's proof and a document's comparison are carried over from a completed deployment while they are younger than
 * this; what a look at the cluster settles in a moment is looked at again.
 */
export const MAX_CARRIED_AGE_MS = 90 * 24 * 60 * 60 * 1000;

type Wanted = { readonly after?: number; readonly via?: string; readonly facet?: 'real' | 'any' };

/**
 * How a subject stands. The latest decisive observation counts; an unknown one never displaces a pass or a fail that is
 * still fresh, because it saw nothing against it.
 */
export function standing(d: Deployment, subject: string, now: Instant, wanted: Wanted = {}): Standing {
  const all = d.observations.get(subject) ?? [];
  // Capacity that our own phases are using up is judged by what was seen before them, whatever is opened later.
  const frozen = firstPhaseWork(d) < Number.POSITIVE_INFINITY && all.some((o) => o.facet === 'capacity');
  const after = frozen ? 0 : Math.max(wanted.after ?? 0, latestBlockerAbout(d, subject));
  const seen = all.filter(
    (o) =>
      onTarget(d, o) &&
      (wanted.via === undefined || o.via === wanted.via) &&
      (wanted.facet !== 'real' || o.facet !== 'installable') &&
      !(o.facet === 'capacity' && o.seq > firstPhaseWork(d)),
  );
  const newer = seen.filter((o) => o.seq > after);
  const fresh = newer.filter((o) => !tooOld(d, o, now));
  const decisive = fresh.findLast((o) => o.verdict.status !== 'unknown');
  const counted = decisive ?? fresh.at(-1);
  if (counted !== undefined) {
    return {
      status: counted.verdict.status,
      because: `${counted.verdict.reason}: ${counted.verdict.message}`,
      evidence: counted,
    };
  }
  const old = newer.at(-1);
  if (old !== undefined)
    return { status: 'stale', because: `last seen ${old.seen}, too long ago to count`, evidence: old };
  const superseded = seen.at(-1);
  if (superseded !== undefined) {
    return {
      status: 'stale',
      because: 'a later finding spoke against it; it must be looked at again',
      evidence: superseded,
    };
  }
  return { status: 'missing', because: 'not looked at yet' };
}

/** Unknown here and now, but a bullet on the cluster can settle it: it holds no Gate R, and Gate 0 asks for the bullet. */
export const isDeferred = (s: Standing): boolean => s.status === 'unknown' && s.evidence?.deferrable === true;

/** An item the plan brings counts as verified when it can be installed, until Gate I asks for the thing itself. */
export const itemStanding = (d: Deployment, item: Item, now: Instant): Standing =>
  standing(d, item.subject, now, { facet: item.provided_by === 'plan' ? 'any' : 'real' });

/** Evidence from another cluster, another namespace, or a namespace of the same name made anew counts for nothing. */
function onTarget(d: Deployment, { place }: Observation): boolean {
  if (place.cluster !== d.target.cluster) return false;
  if (place.namespace === d.target.proving_namespace) return true;
  const ns = d.target.namespaces.find((n) => n.name === place.namespace);
  if (ns === undefined) return false;
  return ns.uid === null || place.namespace_uid === undefined || place.namespace_uid === ns.uid;
}

/** Subjects whose evidence takes a bullet or a document. */
const LASTING = /^(?:assumption|source|divergence|adjustment):/;

/** From the moment a person is asked about the present plan, age no longer counts: what was shown is what is judged. */
function tooOld(d: Deployment, o: Observation, now: Instant): boolean {
  const reference = askedAt(d) ?? now;
  const limit = o.carried !== undefined && LASTING.test(o.subject) ? MAX_CARRIED_AGE_MS : MAX_AGE_MS;
  return Date.parse(reference) - Date.parse(o.seen) > limit;
}

/** When approval of the present plan was asked for, unless a blocker has been opened since. */
export function askedAt(d: Deployment): Instant | undefined {
  const current = plan(d);
  if (current === undefined) return undefined;
  const asked = [...d.runs.values()].findLast((r) => r.tool === 'request-approval' && r.bound === current.digest);
  if (asked === undefined || d.blockers.some((b) => b.seq > asked.seq)) return undefined;
  return asked.begun;
}

/** The newest blocker about a subject, or about one it replaces: only evidence after it counts. */
function latestBlockerAbout(d: Deployment, subject: string): number {
  let latest = 0;
  for (const blocker of d.blockers) {
    if (blocker.gate !== 'R') continue;
    if (blocker.subjects.some((s) => s === subject || successor(d, s) === subject))
      latest = Math.max(latest, blocker.seq);
  }
  return latest;
}

/** Where phase work began: capacity seen after that is our own use of it. */
function firstPhaseWork(d: Deployment): number {
  let first = Number.POSITIVE_INFINITY;
  for (const p of d.placements) if (p.purpose === 'phase' && p.state !== 'gone') first = Math.min(first, p.seq);
  return first;
}
