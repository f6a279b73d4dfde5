import { type KubeObject, numberAt, recordsAt, textAt } from './kube-object.ts';

/**
 * A container without a probe is Ready the moment it starts, and a crash is a moment later: what runs must go on holding
 * for so long before it counts.
 */
export const STEADY_MS = 2_000;

/** One that was restarted is likely to end again: as long as the kubelet's first back-off. */
export const STEADY_AFTER_RESTART_MS = 10_000;

/** A container's start is told in whole seconds. */
const SECOND_MS = 1_000;

/**
 * How long the containers among these objects have to be watched still, in milliseconds; 0: nothing that runs is young.
 * It counts from `heldSince` (our clock), or from a container's own start where that is longer ago. Pods that have ended
 * are not started again.
 */
export function unsteadyFor(objects: readonly KubeObject[], heldSince: number, now: number): number {
  const waits = objects.flatMap((object) =>
    containersOf(object).map((container) => {
      const started = Date.parse(textAt(container, 'state', 'running', 'startedAt'));
      if (Number.isNaN(started)) return 0;
      const restarted = (numberAt(container, 'restartCount') ?? 0) > 0;
      const needed = restarted ? STEADY_AFTER_RESTART_MS : STEADY_MS;
      return Math.min(heldSince + needed, started + needed + SECOND_MS) - now;
    }),
  );
  return Math.max(0, ...waits);
}

function containersOf(object: KubeObject) {
  if (object.kind !== 'Pod' || /^(Succeeded|Failed)$/.test(textAt(object, 'status', 'phase'))) return [];
  return [...recordsAt(object, 'status', 'initContainerStatuses'), ...recordsAt(object, 'status', 'containerStatuses')];
}
