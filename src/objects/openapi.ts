import { at, isRecord, recordsAt, textAt } from './kube-object.ts';

/** Pure: an OpenAPI v3 document as the API server sends it (`/openapi/v3/apis/apps/v1`). */
export type Schema = Readonly<Record<string, unknown>>;
export type Schemas = Readonly<Record<string, unknown>>;

export const schemasOf = (document: unknown): Schemas | undefined => {
  const schemas = at(document, 'components', 'schemas');
  return isRecord(schemas) ? schemas : undefined;
};

/** The schema of a kind's objects; references in it are followed with `resolve`. */
export function schemaOf(
  schemas: Schemas,
  wanted: { readonly group: string; readonly version: string; readonly kind: string },
): Schema | undefined {
  const root = Object.values(schemas).find((schema) =>
    recordsAt(schema, 'x-kubernetes-group-version-kind').some(
      (gvk) => textAt(gvk, 'group') === wanted.group && gvk.version === wanted.version && gvk.kind === wanted.kind,
    ),
  );
  return isRecord(root) ? resolve(schemas, root) : undefined;
}

/** `$ref`, or Kubernetes' way of giving a reference a default: `allOf: [{$ref}]`. */
export function resolve(schemas: Schemas, schema: unknown): Schema {
  const reference = textAt(schema, '$ref') || textAt(recordsAt(schema, 'allOf')[0], '$ref');
  if (reference === '') return isRecord(schema) ? schema : {};
  const named = schemas[reference.replace('#/components/schemas/', '')];
  return isRecord(named) ? { ...named, ...(isRecord(schema) && 'enum' in schema ? { enum: schema.enum } : {}) } : {};
}
