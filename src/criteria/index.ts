/**
 * Success criteria: a text → a predicate over what is seen of the cluster. In: sentences of the workflow, kubectl wait's
 * forms or CEL, and the objects they may be about; later, views. Out: pass, fail or unknown, each with its reason, and
 * what must be looked at to judge. Pure; what can't be understood is refused with the nearest forms.
 */
import type { KubeObject } from '../objects/index.ts';
import type { Proof } from '../workflow/proof.ts';
import { scheduledAnyway, startedAnyway, storedAnyway } from './anyway.ts';
import type { Predicate } from './predicate.ts';

export { neverHolds } from './final.ts';

export { parseCriteria, parseCriterion } from './parse.ts';
export { isSubject, type Predicate, type Subject, type View } from './predicate.ts';

/** Does it hold on what a dry run gives, before anything was created? Then it proves nothing about the cluster. */
export const alreadyTrueOn = (predicate: Predicate, dryRun: KubeObject | readonly KubeObject[]): boolean => {
  const objects = 'kind' in dryRun ? [dryRun] : dryRun;
  return [objects, objects.map(storedAnyway)].some(
    (seen) => predicate.holds({ objects: seen, dryRun: true }).status === 'pass',
  );
};

/** Does it hold as soon as a node was chosen for their Pods, though no container was started? */
export const trueOnceScheduled = (predicate: Predicate, dryRun: readonly KubeObject[]): boolean =>
  predicate.holds({ objects: scheduledAnyway(dryRun), dryRun: true }).status === 'pass';

/** How much it shows when it holds, tried on what a dry run gave (src/workflow/proof.ts). */
export function proofOf(predicate: Predicate, dryRun: readonly KubeObject[]): Proof {
  if (alreadyTrueOn(predicate, dryRun)) return 'stored';
  if (trueOnceScheduled(predicate, dryRun)) return 'scheduled';
  const started = predicate.holds({ objects: startedAnyway(dryRun), dryRun: true });
  return started.status === 'pass' ? 'started' : 'reported';
}

/** For a person, not for the cluster. */
export const needsPerson = (predicate: Predicate): boolean => predicate.needs.some((need) => need.kind === 'person');
