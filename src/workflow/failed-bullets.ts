import { type Deployment, type Stamped, successor } from './deployment.ts';
import type { Blocker, Item } from './facts.ts';
import { type Proof, strongest } from './proof.ts';

/**
 * A bullet that failed stays owed: retiring its assumption, or recording it again about something smaller, does not settle
 * it. Whatever stands in its place must show the same items by a criterion at least as strong, or a person waives it.
 */
export type Owed = {
  /** The live items that the failed bullets were about. */
  readonly about: readonly string[];
  /** The strongest criterion among them. */
  readonly proof: Proof | undefined;
  /** Evidence counts only after this event. */
  readonly after: number;
};

type Failed = Stamped<Blocker> & { readonly assumption: string };

const isFailedBullet = (b: Stamped<Blocker>): b is Failed => b.cause === 'bullet' && b.assumption !== undefined;

/** What the failed bullets of an assumption, and of those that it replaced, still ask of it. */
export function owedBy(d: Deployment, assumption: string): Owed {
  const failed = d.blockers
    .filter(isFailedBullet)
    .filter((b) => successor(d, b.assumption) === assumption && !isSettled(d, b));
  // Its own bullet is simply fired again: the newest counts.
  const before = failed.filter((b) => b.assumption !== assumption);
  return {
    about: [...new Set(failed.flatMap((b) => liveSubjects(d, b)))],
    proof: strongest(before.map((b) => b.proof)),
    after: Math.max(0, ...before.map((b) => b.seq)),
  };
}

/** Failed bullets of assumptions that were retired with nothing in their place, and whose items are still used. */
export function abandoned(
  d: Deployment,
): { readonly item: Item; readonly blocker: Failed; readonly about: string[] }[] {
  const byItem = new Map(
    d.blockers.filter(isFailedBullet).flatMap((blocker) => {
      const item = d.retired.get(blocker.assumption)?.item;
      const about = liveSubjects(d, blocker);
      const isOpen = item?.kind === 'assumption' && successor(d, blocker.assumption) === undefined && about.length > 0;
      return isOpen && !isSettled(d, blocker) ? [[item.subject, { item, blocker, about }] as const] : [];
    }),
  );
  return [...byItem.values()];
}

/** Fired again and passed, about all of it, before it was retired. */
const isSettled = (d: Deployment, blocker: Failed): boolean =>
  (d.observations.get(blocker.assumption) ?? []).some(
    (o) =>
      o.seq > blocker.seq &&
      o.via === 'tracer-bullet' &&
      o.verdict.status === 'pass' &&
      liveSubjects(d, blocker).every((subject) => o.about?.includes(subject)),
  );

/** What a bullet can be fired about: not what only the plan brings, nor what was retired for good. */
function liveSubjects(d: Deployment, { subjects }: Stamped<Blocker>): string[] {
  const live = subjects.flatMap((subject) => successor(d, subject) ?? []);
  return [...new Set(live)].filter((subject) => {
    const item = d.items.get(subject);
    return item !== undefined && item.kind !== 'assumption' && item.kind !== 'source' && item.provided_by !== 'plan';
  });
}
