import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { address, at, called, groupOf, refOf } from './ref.ts';

/** Pure: does an object need something of the set (its CRD, its namespace) to be there before it can be? */
export function providedBy(object: KubeObject, set: readonly KubeObject[]): boolean {
  return set.some((other) => {
    if (other.kind === 'Namespace' && other.apiVersion === 'v1') {
      return other !== object && object.metadata.namespace === other.metadata.name;
    }
    return (
      other.kind === 'CustomResourceDefinition' &&
      at(other, 'spec', 'group') === groupOf(object.apiVersion) &&
      at(other, 'spec', 'names', 'kind') === object.kind
    );
  });
}

const POLL_MS = 100;

/** Waits until a CRD is Established and served, a namespace Active. Nothing: it is. */
export async function awaitUsable(
  reader: Reader,
  object: KubeObject,
  timeoutMs: number,
): Promise<{ reason: string; message: string } | undefined> {
  const deadline = Date.now() + timeoutMs;
  const ref = refOf(object);
  for (;;) {
    const now = await reader.get(address(ref));
    if (now.ok && isUsable(now.value) && (await isServed(reader, now.value))) return undefined;
    if (Date.now() > deadline) {
      return {
        reason: 'NotUsable',
        message: `${called(ref)} is there, but not ${object.kind === 'Namespace' ? 'Active' : 'Established'} after ${timeoutMs / 1000} s`,
      };
    }
    await sleep(POLL_MS);
  }
}

function isUsable(object: KubeObject): boolean {
  if (object.kind === 'Namespace') return at(object, 'status', 'phase') === 'Active';
  const conditions = at(object, 'status', 'conditions');
  return (
    Array.isArray(conditions) && conditions.some((c) => at(c, 'type') === 'Established' && at(c, 'status') === 'True')
  );
}

/** Established comes a moment before discovery and the paths do. */
async function isServed(reader: Reader, object: KubeObject): Promise<boolean> {
  if (object.kind !== 'CustomResourceDefinition') return true;
  const group = String(at(object, 'spec', 'group'));
  const kind = String(at(object, 'spec', 'names', 'kind'));
  const discovery = await reader.discovery({ fresh: true });
  return discovery.ok && discovery.value.find({ group, kind }) !== undefined;
}
