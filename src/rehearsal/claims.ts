import type { Reader } from '../cluster/index.ts';
import { at, isDefaultClass, isRecord, type KubeObject, recordsAt, textAt } from '../objects/index.ts';

/** Storage classes by name; undefined where this identity may not see them. */
export type Storage = ReadonlyMap<string, KubeObject> | undefined;

export async function storageOf(reader: Reader): Promise<Storage> {
  const listed = await reader.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' });
  if (!listed.ok) return undefined;
  return new Map(listed.value.items.map((item) => [item.metadata.name ?? '', item]));
}

/** Pure: why a claim of this object would hold, or leave behind, more than goes with its namespace. */
export function claimBound(object: KubeObject, storage: Storage): string | undefined {
  const specs =
    object.kind === 'PersistentVolumeClaim'
      ? [object.spec]
      : object.kind === 'StatefulSet'
        ? recordsAt(object, 'spec', 'volumeClaimTemplates').map((claim) => claim.spec)
        : [];
  return specs.map((spec) => boundBy(spec, storage)).find((why) => why !== undefined);
}

function boundBy(spec: unknown, storage: Storage): string | undefined {
  if (textAt(spec, 'volumeName') !== '') return `it is bound to the volume ${textAt(spec, 'volumeName')}`;
  if (storage === undefined) return "whether its volume would go with it can't be seen (storage classes)";
  const named = isRecord(spec) ? spec.storageClassName : undefined;
  if (named === '') return 'it takes a volume that is there, not one of its own';
  const found =
    typeof named === 'string' ? storage.get(named) : [...storage.values()].find((one) => isDefaultClass(one));
  // Without a class it stays pending, like its original.
  if (found === undefined) return undefined;
  if (textAt(found, 'provisioner') === 'kubernetes.io/no-provisioner')
    return 'it takes a volume that is there, not one of its own';
  return at(found, 'reclaimPolicy') === 'Retain'
    ? `its volume would stay behind (storage class ${found.metadata.name}: Retain)`
    : undefined;
}
