import { leaves } from '../plan/index.ts';
import type { Review } from './index.ts';
import type { ObjectReview } from './object.ts';

/**
 * Why what a person was shown must be shown again before it counts: another plan, another dry run, evidence against it
 * that is newer. `asked`: the cluster was asked for `now`; where it
 * can't be, only plan and evidence are compared. `again`: a second look right after the present one; what differs between those two is filled in by the
 * cluster differently each time, and is no change.
 */
export function shownAgain(shown: Review, now: Review, asked: boolean, again: Review = now): string[] {
  if (shown.plan.digest !== now.plan.digest) return ['another plan has been submitted'];
  return [...(asked ? dryRun(shown, now, again) : []), ...evidence(shown, now)];
}

const keyOf = (o: ObjectReview): string => `${o.phase}/${o.apiVersion}/${o.namespace ?? ''}/${o.name}`;

function dryRun(shown: Review, now: Review, again: Review): string[] {
  const [then, second] = [byKey(shown), byKey(again)];
  return now.objects.flatMap((o): string[] => {
    const was = then.get(keyOf(o));
    if (was === undefined) return [`${o.name} is not tried as it was`];
    if (was.uid !== o.uid)
      return [
        o.uid === undefined
          ? `${o.name} is gone`
          : was.uid === undefined
            ? `${o.name} is there now`
            : `${o.name} was deleted and made anew`,
      ];
    const volatile = new Set(leaves(o, second.get(keyOf(o))).map((l) => l.path));
    const paths = (['before', 'after'] as const).flatMap((side) =>
      leaves(was[side], o[side], side)
        .map((l) => l.path)
        .filter((path) => !volatile.has(path)),
    );
    return paths.length === 0
      ? []
      : [
          `the dry run of ${o.name} differs at ${paths
            .slice(0, 3)
            .map((p) => p.replace(/^(before|after)\.?/, ''))
            .join(', ')}`,
        ];
  });
}

const byKey = (review: Review): Map<string, ObjectReview> => new Map(review.objects.map((o) => [keyOf(o), o]));

/** Newer evidence for the plan changes nothing; what speaks against it does. */
function evidence(shown: Review, now: Review): string[] {
  const worse = Object.entries(now.evidence.standings).flatMap(([subject, status]) => {
    const was = shown.evidence.standings[subject];
    return was === status || status === 'pass' ? [] : [`${subject} is now ${status}`];
  });
  const more = (['open', 'waivers', 'adjustments', 'sources'] as const).flatMap((list) =>
    now.evidence[list].filter((text) => !shown.evidence[list].includes(text)),
  );
  const retired = now.evidence.retired
    .filter((r) => !shown.evidence.retired.some((s) => s.name === r.name && s.by === r.by))
    .map((r) => `${r.name} was set aside`);
  return [...new Set([...worse, ...more, ...retired])];
}
