import type { PlacedObject } from '../workflow/index.ts';

export { at, groupOf, identityOf, isRecord, refOf, sameObject } from '../objects/kube-object.ts';

/** `Deployment/web`, for people. */
export const called = (ref: { readonly kind: string; readonly name: string }): string => `${ref.kind}/${ref.name}`;

/** The parts of a ref that the API is asked with. */
export const address = ({ apiVersion, kind, namespace, name }: PlacedObject) => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
