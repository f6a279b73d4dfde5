import { resolve, type Schema, type Schemas, schemaOf, schemasOf } from '../objects/openapi.ts';
import { at, isRecord, list, text } from './json.ts';
import { nearest } from './near.ts';

/** Pure: a field path against an OpenAPI v3 document. */

export type FieldFound =
  | {
      readonly state: 'known';
      readonly type: string;
      readonly required: boolean;
      readonly values: readonly string[];
      readonly deprecated: boolean;
    }
  /** The schema accepts anything from here on. */
  | { readonly state: 'open'; readonly from: string }
  | { readonly state: 'missing'; readonly parent: string; readonly field: string; readonly near: readonly string[] }
  | { readonly state: 'no-schema' };

export function findField(
  document: unknown,
  kind: { group: string; version: string; kind: string },
  path: string,
): FieldFound {
  const schemas = schemasOf(document);
  const root = schemas === undefined ? undefined : schemaOf(schemas, kind);
  if (schemas === undefined || root === undefined) return { state: 'no-schema' };
  return walk(
    schemas,
    root,
    path.split('.').filter((part) => part !== ''),
    [],
  );
}

function walk(schemas: Schemas, schema: Schema, path: readonly string[], walked: readonly string[]): FieldFound {
  const [field, ...rest] = path;
  if (field === undefined) return { state: 'known', ...told(schema, false) };
  // `containers.0.image` is another way of writing `containers[0].image`.
  if (schema.type === 'array')
    return walk(schemas, resolve(schemas, schema.items), /^\d+$/.test(field) ? rest : path, walked);
  const { properties } = schema;
  if (isRecord(properties) && field in properties) {
    const next = resolve(schemas, properties[field]);
    if (rest.length > 0) return walk(schemas, next, rest, [...walked, field]);
    return { state: 'known', ...told(next, list(schema.required).includes(field)) };
  }
  if (isRecord(schema.additionalProperties)) {
    const next = resolve(schemas, schema.additionalProperties);
    return walk(schemas, next, rest, [...walked, field]);
  }
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema.additionalProperties === true ||
    (!isRecord(properties) &&
      (schema.type === 'object' || schema.type === undefined) &&
      choices(schema).length === 0 &&
      schema['x-kubernetes-int-or-string'] !== true);
  if (open) return { state: 'open', from: walked.join('.') || 'the object' };
  const known = isRecord(properties) ? Object.keys(properties) : [];
  return {
    state: 'missing',
    parent: walked.join('.'),
    field,
    near: nearest(field, known).map((name) => [...walked, name].join('.')),
  };
}

/** A Quantity is `oneOf: string, number`. */
const choices = (schema: Schema): string[] =>
  [...list(schema.oneOf), ...list(schema.anyOf)].map((one) => text(at(one, 'type'))).filter((type) => type !== '');

function told(schema: Schema, required: boolean) {
  const type =
    schema['x-kubernetes-int-or-string'] === true
      ? 'integer or string'
      : text(schema.type) || choices(schema).join(' or ') || 'object';
  const values = list(schema.enum).map(String);
  const deprecated = schema.deprecated === true || /\bdeprecated\b/i.test(text(schema.description).slice(0, 120));
  return { type, required, values, deprecated };
}
