import { isRecord } from './kube-object.ts';
import { resolve, schemaOf, schemasOf } from './openapi.ts';

/** A field that tells the items of a list apart, with the value that the server gives it where it is left out. */
export type ListKey = { readonly field: string; readonly otherwise?: unknown };

/** Items told apart by these fields; or the list is one value, whose items have no identity. */
export type ListKind = readonly ListKey[] | 'one-value';

/** Of the list at a path of field names (no indices): undefined where the schema doesn't say. */
export type ListKinds = (path: readonly string[]) => ListKind | undefined;

/**
 * Pure: how the API server merges the lists of a kind, from its OpenAPI document (x-kubernetes-list-type and
 * x-kubernetes-list-map-keys: kubernetes.io/docs/reference/using-api/server-side-apply, "Merge strategy").
 */
export function listKindsOf(
  document: unknown,
  kind: { readonly group: string; readonly version: string; readonly kind: string },
): ListKinds {
  const schemas = schemasOf(document);
  const root = schemas === undefined ? undefined : schemaOf(schemas, kind);
  if (schemas === undefined || root === undefined) return () => undefined;
  return (path) => {
    let schema = root;
    for (const field of path) {
      if (schema.type === 'array') schema = resolve(schemas, schema.items);
      const { properties, additionalProperties } = schema;
      if (isRecord(properties) && Object.hasOwn(properties, field)) {
        const written = properties[field];
        // The list's own marks stand beside a reference, too.
        schema = { ...resolve(schemas, written), ...(isRecord(written) && written.type === 'array' ? written : {}) };
      } else if (isRecord(additionalProperties)) schema = resolve(schemas, additionalProperties);
      else return undefined;
    }
    if (schema.type !== 'array') return undefined;
    const keys = schema['x-kubernetes-list-map-keys'];
    if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys)) return 'one-value';
    const { properties } = resolve(schemas, schema.items);
    return keys.map((key: unknown): ListKey => {
      const field = String(key);
      const described = isRecord(properties) ? properties[field] : undefined;
      const otherwise = isRecord(described) ? described.default : undefined;
      return otherwise === undefined ? { field } : { field, otherwise };
    });
  };
}

/** Where no schema is at hand: the fields by which Kubernetes' own lists are merged. */
const USUAL: readonly (readonly ListKey[])[] = [
  [{ field: 'name' }],
  [{ field: 'containerPort' }, { field: 'protocol', otherwise: 'TCP' }],
  [{ field: 'port' }, { field: 'protocol', otherwise: 'TCP' }],
  [{ field: 'mountPath' }],
  [{ field: 'devicePath' }],
  [{ field: 'ip' }],
  [{ field: 'topologyKey' }, { field: 'whenUnsatisfiable' }],
  [{ field: 'type' }],
];

/** A guess holds only where it tells all items of every one of these lists apart; else the list is one value. */
export function guessedKind(...lists: readonly unknown[]): ListKind {
  const given = lists.filter((list): list is readonly unknown[] => Array.isArray(list));
  const found = USUAL.find((keys) =>
    given.every((list) => {
      const names = list.map((item) =>
        isRecord(item) && keys[0] !== undefined && keys[0].field in item ? keyOf(item, keys) : undefined,
      );
      return names.every((name) => name !== undefined) && new Set(names).size === names.length;
    }),
  );
  return given.some((list) => list.length > 0) && found !== undefined ? found : 'one-value';
}

/** `web`, `80/TCP`: an item's place in its list. */
export const keyOf = (item: unknown, keys: readonly ListKey[]): string =>
  keys
    .map(({ field, otherwise = '' }) => String((isRecord(item) ? item[field] : undefined) ?? otherwise))
    .filter((value) => value !== '')
    .join('/');
