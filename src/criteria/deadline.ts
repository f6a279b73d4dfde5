import { type KubeObject, numberAt, recordsAt, subjectRef, textAt } from '../objects/index.ts';
import { fail, type Verdict } from '../workflow/verdict.ts';
import { findTarget, type Predicate, type View } from './predicate.ts';

/**
 * The same criterion with a time limit of its own. It counts from when it began to be watched; what an object says of its
 * own times counts, too, so that a Job that took an hour doesn't complete within ten seconds.
 */
export function withDeadline(predicate: Predicate, ms: number): Predicate {
  return {
    ...predicate,
    withinMs: ms,
    holds(view) {
      const verdict = predicate.holds(view);
      if (view.dryRun === true) return verdict;
      const late = view.elapsedMs !== undefined && view.elapsedMs > ms;
      if (verdict.status !== 'pass') return late ? tooLate(verdict.message, view.elapsedMs ?? 0, ms) : verdict;
      const slow = slowest(predicate, view);
      if (slow !== undefined && slow.tookMs > ms) return tooLate(subjectRef(slow.object), slow.tookMs, ms);
      return late ? tooLate(verdict.message, view.elapsedMs ?? 0, ms) : verdict;
    },
  };
}

const tooLate = (what: string, tookMs: number, ms: number): Verdict =>
  fail('TookTooLong', `${what}: it took ${Math.round(tookMs / 100) / 10} s, more than ${ms / 1000} s`);

function slowest(
  predicate: Predicate,
  view: View,
): { readonly object: KubeObject; readonly tookMs: number } | undefined {
  const found = findTarget(predicate.target, view);
  const objects = found.kind === 'found' ? found.objects : [];
  const timed = objects.flatMap((object) => {
    const tookMs = ownTime(object);
    return tookMs === undefined ? [] : [{ object, tookMs }];
  });
  return timed.sort((a, b) => b.tookMs - a.tookMs)[0];
}

/** From a Job's start to its end, from a Pod's creation to its readiness where nothing was restarted since. */
function ownTime(object: KubeObject): number | undefined {
  const span = (from: string, to: string) => {
    const ms = Date.parse(to) - Date.parse(from);
    return Number.isNaN(ms) ? undefined : ms;
  };
  if (object.kind === 'Job')
    return span(textAt(object, 'status', 'startTime'), textAt(object, 'status', 'completionTime'));
  if (object.kind !== 'Pod') return undefined;
  const restarted = recordsAt(object, 'status', 'containerStatuses').some(
    (c) => (numberAt(c, 'restartCount') ?? 0) > 0,
  );
  const ready = recordsAt(object, 'status', 'conditions').find((c) => c.type === 'Ready' && c.status === 'True');
  return restarted ? undefined : span(object.metadata.creationTimestamp ?? '', textAt(ready, 'lastTransitionTime'));
}
