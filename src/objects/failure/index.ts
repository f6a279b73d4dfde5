import { readiness } from '../readiness/index.ts';
import { containerFailures } from './containers.ts';
import { customFailures } from './custom.ts';
import { type Failure, type Finder, type Finding, knownIn, type Tree, type When } from './failure.ts';
import { ownerFailures } from './owners.ts';
import { podFailures } from './pods.ts';
import { storageFailures } from './storage.ts';

export { diagnoseAdmission } from './admission.ts';
export type { Failure, Tree, When } from './failure.ts';
export { waitsForOthers } from './waits-for-others.ts';

const FINDERS: readonly Finder[] = [containerFailures, podFailures, ownerFailures, storageFailures, customFailures];

/**
 * Why a tree of objects doesn't become ready: the most telling of what can be seen, final ones first. undefined: nothing
 * is wrong that can be seen, or it is ready. Never throws, whatever the JSON. A failure that isn't final is the best
 * explanation so far, and what to say at the timeout.
 */
export function diagnose(tree: Tree, when: When): Failure | undefined {
  const whole = tree.objects.includes(tree.root) ? tree : { ...tree, objects: [tree.root, ...tree.objects] };
  if (readiness(tree.root, knownIn(tree, when.now)(tree.root)).status === 'ready') return undefined;
  const all = FINDERS.flatMap((find) => find(whole, when));
  const best = all.reduce<Finding | undefined>((a, b) => (a === undefined || isBetter(b, a) ? b : a), undefined);
  if (best === undefined) return undefined;
  const { rank: _, ...failure } = best;
  return failure;
}

const isBetter = (a: Finding, b: Finding): boolean => (a.final === b.final ? a.rank < b.rank : a.final);
