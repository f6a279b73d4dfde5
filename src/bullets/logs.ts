import type { Reader } from '../cluster/index.ts';
import { at, isRecord, type KubeObject, recordsAt, textAt } from '../objects/index.ts';

/** A container that has said something, in this life or in the one before. */
export type Loud = {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
};

export function loudContainers(tree: readonly KubeObject[]): Loud[] {
  return tree.flatMap((pod) => {
    if (pod.kind !== 'Pod' || pod.apiVersion !== 'v1') return [];
    const { name = '', namespace = '' } = pod.metadata;
    return containerStatuses(pod).flatMap((status): Loud[] => {
      const loud = (previous: boolean): Loud => ({ namespace, pod: name, container: textAt(status, 'name'), previous });
      const had = Number(status.restartCount ?? 0) > 0;
      const has = isRecord(at(status, 'state', 'running')) || isRecord(at(status, 'state', 'terminated'));
      return [...(had ? [loud(true)] : []), ...(has ? [loud(false)] : [])];
    });
  });
}

export const containerStatuses = (pod: KubeObject): Record<string, unknown>[] => [
  ...recordsAt(pod, 'status', 'initContainerStatuses'),
  ...recordsAt(pod, 'status', 'containerStatuses'),
];

const LINES = 500;
const BYTES = 256 * 1024;
const MOST = 20;

/** `pod/container` → what its present life has said so far. */
export async function readLogs(reader: Reader, tree: readonly KubeObject[]): Promise<Record<string, string>> {
  const now = loudContainers(tree).filter((loud) => !loud.previous);
  const read = await Promise.all(
    now.slice(0, MOST).map(async (loud) => {
      const log = await reader.logs({ ...loud, tailLines: LINES, limitBytes: BYTES });
      return log.ok ? [[`${loud.pod}/${loud.container}`, log.value] as const] : [];
    }),
  );
  return Object.fromEntries(read.flat());
}
