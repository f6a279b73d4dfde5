import { isTrue, type KubeObject, textAt } from '../objects/index.ts';
import { findTarget, type Predicate, type View } from './predicate.ts';

/**
 * Can the criterion never hold any more? What it names has ended: the kubelet never starts such a Pod again, and a Job that
 * is done stays so. Only where the objects themselves are asked, because logs, events and absence may still come.
 */
export function neverHolds(predicate: Predicate, view: View): boolean {
  const { target, needs } = predicate;
  if (target.subjects.length === 0 || needs.some(({ kind }) => kind !== 'object')) return false;
  if (view.dryRun === true || predicate.holds(view).status !== 'fail') return false;
  const found = findTarget(target, view);
  return found.kind === 'found' && found.objects.every(hasEnded);
}

const hasEnded = (object: KubeObject): boolean =>
  object.apiVersion === 'v1' && object.kind === 'Pod'
    ? ['Succeeded', 'Failed'].includes(textAt(object, 'status', 'phase'))
    : object.kind === 'Job' && ['Complete', 'Failed'].some((type) => isTrue(object, type));
