import { type Deployment, plan, type Stamped, successor } from './deployment.ts';
import { isDeferred, itemStanding } from './evidence.ts';
import type { Blocker, Instant } from './facts.ts';

/**
 * A blocker is closed by what the server sees, never by text: R by newer evidence on its subjects, P by a plan with
 * another digest. The one exception is a person's remark with no subject, which newer findings answer and which is shown
 * again at approval.
 */
export function openBlockers(d: Deployment, gate: 'R' | 'P', now: Instant): Stamped<Blocker>[] {
  return d.blockers.filter((b) => b.gate === gate && !d.closedBlockers.has(b.id) && isOpen(d, b, now));
}

function isOpen(d: Deployment, blocker: Stamped<Blocker>, now: Instant): boolean {
  if (blocker.gate === 'P') {
    const current = plan(d);
    const before = d.plans.findLast((p) => p.seq < blocker.seq);
    return current === undefined || current.seq < blocker.seq || current.digest === before?.digest;
  }
  if (blocker.subjects.length === 0) {
    return !d.written.some((w) => w.what === 'research' && w.seq > blocker.seq);
  }
  return unsettled(d, blocker, now).length > 0;
}

/** The subjects of an R blocker on which there is no newer evidence. A retired one is followed to what replaced it. */
export function unsettled(d: Deployment, blocker: Stamped<Blocker>, now: Instant): string[] {
  return blocker.subjects.flatMap((subject) => {
    const live = successor(d, subject);
    if (live === undefined) return d.retired.has(subject) ? [] : [subject];
    const item = d.items.get(live);
    if (item === undefined || item.kind === 'assumption') return [];
    // Evidence older than the blocker is stale already (evidence.ts), so a standing that passes is newer.
    const stands = itemStanding(d, item, now);
    return stands.status === 'pass' || isDeferred(stands) ? [] : [live];
  });
}
