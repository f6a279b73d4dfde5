import type { Sight } from '../apply/index.ts';
import { isStoredOnly, type KubeObject, restarts, STEADY_MS, treeOf, unsteadyFor } from '../objects/index.ts';

/** How long what holds has to be watched still, in milliseconds. */
export type Holding = {
  /** Called with each look: which roots hold, and whether everything does. */
  left(sight: Sight, holds: (root: KubeObject) => boolean, everything: boolean): number;
};

/**
 * Counted from when each object first held, on the watch that is open: containers by the rule for what runs, custom
 * resources because what reconciles them may change its mind; none where nothing can restart, such as ConfigMaps and Jobs
 * that completed. With the phase's own `settle`, everything together has to hold for so long.
 */
export function holdingFor(settleMs: number | undefined): Holding {
  const since = new Map<string, { readonly at: number; readonly restarts: number }>();
  let allSince: number | undefined;
  let allRestarts = 0;
  return {
    left(sight, holds, everything) {
      const total = restarts(sight.tree);
      if (!everything || total > allRestarts) allSince = undefined;
      allRestarts = total;
      if (everything) allSince ??= sight.now;
      const waits = sight.roots.map((root) => {
        const key = root.metadata.uid ?? root.metadata.name ?? '';
        const tree = treeOf(root, sight.tree);
        const count = restarts(tree);
        const before = since.get(key);
        if (!holds(root)) {
          since.delete(key);
          return 0;
        }
        const held = before !== undefined && before.restarts >= count ? before : { at: sight.now, restarts: count };
        since.set(key, held);
        const reconciled = isCustom(root) && !isStoredOnly(root, sight.known(root));
        return Math.max(unsteadyFor(tree, held.at, sight.now), reconciled ? held.at + STEADY_MS - sight.now : 0);
      });
      const own = settleMs === undefined ? 0 : (allSince ?? sight.now) + settleMs - sight.now;
      return Math.max(0, own, ...waits);
    },
  };
}

/** Kubernetes' own groups have no dot in their names, or end in k8s.io. */
const isCustom = ({ apiVersion }: KubeObject): boolean => {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
};
