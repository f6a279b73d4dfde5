import type { Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { at, groupOf } from './ref.ts';

/**
 * Each object with the namespace it will be in: its own, else this one; none where its kind belongs to the cluster. From
 * then on an object's ref is whole. A kind that the cluster doesn't serve yet is looked up in the set's own CRDs.
 */
export async function placedIn(
  reader: Reader,
  objects: readonly KubeObject[],
  namespace: string,
): Promise<KubeObject[]> {
  const discovery = await reader.discovery();
  return objects.map((object) => {
    const group = groupOf(object.apiVersion);
    const served = discovery.ok ? discovery.value.find({ group, kind: object.kind }) : undefined;
    const namespaced = served?.namespaced ?? scopeInSet(objects, group, object.kind) !== 'Cluster';
    const { namespace: own, ...metadata } = object.metadata;
    return { ...object, metadata: namespaced ? { ...metadata, namespace: own ?? namespace } : metadata };
  });
}

function scopeInSet(objects: readonly KubeObject[], group: string, kind: string): unknown {
  const crd = objects.find(
    (o) =>
      o.kind === 'CustomResourceDefinition' &&
      at(o, 'spec', 'group') === group &&
      at(o, 'spec', 'names', 'kind') === kind,
  );
  return at(crd, 'spec', 'scope');
}
