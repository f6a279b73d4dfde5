import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';

/** What an object is called: enough to find it, and its UID once it has one. */
export function refOf(object: KubeObject): PlacedObject {
  const { name = '', namespace, uid } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** `Deployment/web`, for people. */
export const called = (ref: { readonly kind: string; readonly name: string }): string => `${ref.kind}/${ref.name}`;

/** Without the version: one object is one object in all of them. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

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

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is at a path; undefined when any part of it isn't there. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const part of path) {
    if (!isRecord(here)) return undefined;
    here = here[part];
  }
  return here;
}
