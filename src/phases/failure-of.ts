import type { Sight } from '../apply/index.ts';
import { diagnose, type Failure, type KubeObject, treeOf } from '../objects/index.ts';

/** Why one of the roots is not ready, by what is seen of its tree. `since`: when it was made, where it doesn't say. */
export function failureOf(root: KubeObject, sight: Sight, since: number): Failure | undefined {
  const created = Date.parse(root.metadata.creationTimestamp ?? '') || since;
  const tree = { root, objects: treeOf(root, sight.tree), events: sight.events, known: sight.known };
  return diagnose(tree, { now: sight.now, since: created });
}
