import { type KubeObject, numberAt, recordsAt } from './kube-object.ts';

/** How often the containers of all these Pods were restarted, together: what must not grow while things settle. */
export const restarts = (objects: readonly KubeObject[]): number =>
  objects
    .filter((object) => object.kind === 'Pod')
    .flatMap((pod) => [
      ...recordsAt(pod, 'status', 'initContainerStatuses'),
      ...recordsAt(pod, 'status', 'containerStatuses'),
    ])
    .reduce((total, container) => total + (numberAt(container, 'restartCount') ?? 0), 0);
