import { fileKind, filesIn } from './files.ts';
import { kindOf } from './kinds.ts';
import { absolute, fileText, type Scope } from './scope.ts';
import { isKnown } from './text.ts';

/** An object as a command names it: `kind` in one spelling (kinds.ts), `namespace` where it is written down. */
export type NamedObject = { readonly kind: string; readonly name: string; readonly namespace?: string };

/**
 * The objects in a manifest. A plain reading of top-level `kind`, `metadata.name` and `metadata.namespace`, enough to tell
 * one phase's objects from another's; undefined where it isn't sure.
 */
export function objectsInFile(path: string, scope: Scope): readonly NamedObject[] | undefined {
  if (!isKnown(path) || path === '-' || /^https?:/.test(path) || scope.cwd === undefined) return undefined;
  if (fileKind(absolute(path, scope.cwd)) === 'folder') {
    const files = filesIn(absolute(path, scope.cwd), /\.(ya?ml|json)$/);
    const all = (files ?? []).map((file) => objectsInFile(file, scope));
    return all.length === 0 || all.includes(undefined) ? undefined : all.flatMap((one) => one ?? []);
  }
  const text = fileText(path, scope);
  return text === undefined ? undefined : objectsInText(text);
}

export function objectsInText(text: string): readonly NamedObject[] | undefined {
  const documents = text.split(/^---.*$/m).filter((one) => /^[ \t]*[^#\s]/m.test(one));
  const objects = documents.map(objectIn);
  return objects.length === 0 || objects.includes(undefined) ? undefined : objects.flatMap((one) => one ?? []);
}

function objectIn(text: string): NamedObject | undefined {
  const json = /^\s*\{/.test(text) ? objectInJson(text) : undefined;
  if (json !== undefined) return json;
  const kind = /^["']?kind["']?:\s*["']?([\w.]+)["']?\s*(?:#.*)?$/m.exec(text)?.[1];
  const inMetadata = metadataOf(text);
  const name = inMetadata('name');
  if (kind === undefined || name === undefined || /List$/.test(kind)) return undefined;
  return named(kind, name, inMetadata('namespace'));
}

/** `metadata:` in block style or in one line (`{name: a, namespace: b}`). */
function metadataOf(text: string): (key: string) => string | undefined {
  const flow = /^metadata:[ \t]*\{([^{}]*)[},]/m.exec(text)?.[1];
  if (flow !== undefined) return (key) => new RegExp(`(?:^|,)\\s*${key}:\\s*["']?([\\w.-]+)`).exec(flow)?.[1];
  const block = /^metadata:[ \t]*(?:#.*)?\n((?:(?:[ \t][^\n]*)?\n)*(?:[ \t][^\n]*)?)/m.exec(text)?.[1];
  const indent = block === undefined ? undefined : /^([ \t]+)\S/m.exec(block)?.[1];
  if (block === undefined || indent === undefined) return () => undefined;
  return (key) => new RegExp(`^${indent}${key}:\\s*["']?([\\w.-]+)["']?\\s*(?:#.*)?$`, 'm').exec(block)?.[1];
}

function objectInJson(text: string): NamedObject | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const kind = member(read, 'kind');
    const name = member(member(read, 'metadata'), 'name');
    const namespace = member(member(read, 'metadata'), 'namespace');
    if (typeof kind !== 'string' || typeof name !== 'string' || /List$/.test(kind)) return undefined;
    return named(kind, name, typeof namespace === 'string' ? namespace : undefined);
  } catch {
    return undefined;
  }
}

const named = (kind: string, name: string, namespace: string | undefined): NamedObject => ({
  kind: kindOf(kind),
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
