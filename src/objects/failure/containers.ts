import { isTrue, type KubeObject, recordsAt, textAt } from '../kube-object.ts';
import { crashed, probing } from './crashed.ts';
import { eventsAbout } from './events.ts';
import type { Finding, Tree, When } from './failure.ts';
import type { Scene } from './scene.ts';
import { WAITING } from './waiting.ts';

/** What stops the containers of the tree's Pods, init containers first: nothing after a failing one is tried. */
export function containerFailures(tree: Tree, when: When): Finding[] {
  return tree.objects
    .filter((object) => object.kind === 'Pod' && object.apiVersion === 'v1')
    .flatMap((pod) => {
      if (pod.metadata.deletionTimestamp !== undefined || ownerOf(pod, tree)?.ended === 'well') return [];
      const replaced = ownerOf(pod, tree)?.ended === 'not yet';
      const about = eventsAbout(pod, tree.events);
      const of = (list: string, init: boolean) =>
        recordsAt(pod, 'status', list).flatMap((container) =>
          containerFailure({ pod, about, container, name: textAt(container, 'name'), init, replaced, when }),
        );
      return [...of('initContainerStatuses', true), ...of('containerStatuses', false)];
    });
}

/** A failed Pod is its owner's to replace, until a Job gives up. */
function ownerOf(pod: KubeObject, tree: Tree): { ended: 'well' | 'badly' | 'not yet' } | undefined {
  const owners = new Set((pod.metadata.ownerReferences ?? []).map((o) => o.uid));
  const owner = tree.objects.find((o) => o.metadata.uid !== undefined && owners.has(o.metadata.uid));
  if (owner === undefined || !['Job', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].includes(owner.kind)) return undefined;
  if (isTrue(owner, 'Complete')) return { ended: 'well' };
  return { ended: isTrue(owner, 'Failed') || isTrue(owner, 'FailureTarget') ? 'badly' : 'not yet' };
}

function containerFailure(scene: Scene): Finding[] {
  const reason = textAt(scene.container, 'state', 'waiting', 'reason');
  const found = WAITING.get(reason)?.(scene);
  if (found !== undefined) return [found];
  return crashed(scene) ?? probing(scene) ?? [];
}
