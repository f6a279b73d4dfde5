import { createHash } from 'node:crypto';
import type { KubeObject } from '../objects/kube-object.ts';
import { isRecord } from './ref.ts';

/** An object as it was before we changed it. Of a Secret only what it is called, its keys and a digest are kept. */
export type BeforeImage =
  | { readonly kind: 'object'; readonly object: KubeObject }
  | { readonly kind: 'secret'; readonly object: KubeObject; readonly keys: readonly string[]; readonly digest: string };

export function imageOf(object: KubeObject): BeforeImage {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return { kind: 'object', object };
  const { data: _data, stringData: _stringData, ...shell } = object;
  const { annotations, managedFields: _m, ...metadata } = object.metadata;
  return {
    kind: 'secret',
    object: { ...shell, apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, ...cleanAnnotations(annotations) } },
    keys: isRecord(object.data) ? Object.keys(object.data).sort() : [],
    digest: dataDigest(object),
  };
}

/** kubectl apply keeps the whole object, values and all, in an annotation. */
function cleanAnnotations(annotations: Readonly<Record<string, string>> | undefined) {
  if (annotations === undefined) return {};
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...rest } = annotations;
  return { annotations: rest };
}

/** Tells whether a Secret's data is the same as then; salted with its UID, so that it can't be looked up. */
export function dataDigest(object: KubeObject): string {
  const data = isRecord(object.data) ? Object.entries(object.data).sort(([a], [b]) => (a < b ? -1 : 1)) : [];
  return createHash('sha256')
    .update(JSON.stringify([object.metadata.uid ?? '', data]))
    .digest('hex');
}

/** An object without what it must not show: a Secret's values. For evidence and answers. */
export function shown(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  if (object.kind !== 'Secret') return { ...object, metadata };
  const { object: shell, keys } = withKeys(object);
  return { ...shell, keys };
}

function withKeys(object: KubeObject): { object: KubeObject; keys: readonly string[] } {
  const image = imageOf(object);
  return image.kind === 'secret' ? image : { object, keys: [] };
}
