import { groupOf } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';

export { at, groupOf, isRecord, refOf } from '../objects/kube-object.ts';

/** `Deployment/web`, for people. */
export const called = (ref: { readonly kind: string; readonly name: string }): string => `${ref.kind}/${ref.name}`;

/** Under whatever version: one object is one object in all of them. */
export const sameObject = (a: PlacedObject, b: PlacedObject): boolean =>
  groupOf(a.apiVersion) === groupOf(b.apiVersion) &&
  a.kind === b.kind &&
  a.name === b.name &&
  (a.namespace ?? '') === (b.namespace ?? '');

/** The parts of a ref that the API is asked with. */
export const address = ({ apiVersion, kind, namespace, name }: PlacedObject) => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
