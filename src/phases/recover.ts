import { address } from '../apply/index.ts';
import { MANAGER } from '../cluster/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { placedBy } from './stored.ts';

/**
 * A server that died between making an object and writing that down left an intent without a UID, of a name where
 * nothing was. What stands there now is recorded as created if our field manager made it, so that the way back takes it
 * away; what someone else made is theirs. Nothing is written to the cluster.
 */
export async function recover(run: ReadingRun, phase: number): Promise<void> {
  const intended = placedBy(await run.current(), phase).filter(
    (p) => p.state === 'intended' && p.before === undefined && p.object.uid === undefined,
  );
  if (intended.length === 0) return;
  const reader = await run.reader();
  for (const { object } of intended) {
    const there = await reader.getIfThere(address(object));
    const uid =
      there.ok && there.value !== undefined && isOurMaking(there.value) ? there.value.metadata.uid : undefined;
    if (uid === undefined) continue;
    await run.record({
      type: 'placed',
      run: run.id,
      object: { ...object, uid },
      state: 'created',
      purpose: 'phase',
      phase,
    });
  }
}

/** Pure: our first write is of the moment in which the object came to be. Both times are the API server's, in seconds. */
export const isOurMaking = ({ metadata }: KubeObject): boolean =>
  (metadata.managedFields ?? []).some(
    (m) =>
      m.manager === MANAGER &&
      Math.abs(Date.parse(m.time ?? '') - Date.parse(metadata.creationTimestamp ?? '')) <= 1000,
  );
