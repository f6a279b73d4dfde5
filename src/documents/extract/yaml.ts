import { LineCounter, parseAllDocuments } from 'yaml';
import { KUBECTL_YAML } from '../../objects/kubectl-yaml.ts';
import type { Block } from '../blocks/index.ts';
import { type Place, quoted } from '../document.ts';

export type Path = readonly (string | number)[];
export type Json = Readonly<Record<string, unknown>>;

/** One YAML document of a block, and where each of its fields stands. */
export type YamlDocument = { readonly value: Json; at(path: Path): Place };

/** Every mapping in a block that is YAML; text that isn't gives none. Aliases are capped (a bomb gives none, too). */
export function yamlDocuments(block: Block, part: string): YamlDocument[] {
  const counter = new LineCounter();
  const lines = block.text.split('\n');
  const found: YamlDocument[] = [];
  let documents: ReturnType<typeof parseAllDocuments>;
  try {
    documents = parseAllDocuments(block.text, {
      lineCounter: counter,
      ...KUBECTL_YAML,
      logLevel: 'silent',
      uniqueKeys: false,
    });
  } catch {
    return [];
  }
  if (!Array.isArray(documents)) return [];
  for (const document of documents) {
    if (document.errors.length > 0) continue;
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 200 });
    } catch {
      continue;
    }
    if (!isJson(value)) continue;
    found.push({
      value,
      at(path) {
        const line = lineOf(document, path, counter);
        return { part, heading: block.heading, line: block.line + line - 1, quote: quoted(lines[line - 1] ?? '') };
      },
    });
  }
  return found;
}

type Parsed = { readonly contents: unknown };

/** The line of the deepest part of the path that is there (a merged field stands where its anchor is used). */
function lineOf(document: Parsed, path: Path, counter: LineCounter): number {
  let found = startOf(document.contents);
  let parent = document.contents;
  for (const key of path) {
    const child = childOf(parent, key);
    const start = startOf(typeof key === 'number' ? child : isPairLike(child) ? child.key : undefined);
    if (start === undefined) break;
    found = start;
    parent = isPairLike(child) ? child.value : child;
  }
  return found === undefined ? 1 : counter.linePos(found).line;
}

/** Pairs by key, of each mapping that was asked about: a document of many keys is asked about each. */
const indexes = new WeakMap<object, Map<unknown, unknown>>();

function childOf(parent: unknown, key: string | number): unknown {
  if (typeof parent !== 'object' || parent === null || !('items' in parent) || !Array.isArray(parent.items))
    return undefined;
  if (typeof key === 'number') return parent.items[key];
  const known = indexes.get(parent);
  if (known !== undefined) return known.get(key);
  const index = new Map<unknown, unknown>();
  for (const item of parent.items) if (!index.has(keyOf(item))) index.set(keyOf(item), item);
  indexes.set(parent, index);
  return index.get(key);
}

const isPairLike = (node: unknown): node is { readonly key: unknown; readonly value?: unknown } =>
  typeof node === 'object' && node !== null && 'key' in node;

function keyOf(pair: unknown): unknown {
  if (typeof pair !== 'object' || pair === null || !('key' in pair)) return undefined;
  const { key } = pair;
  const value = typeof key === 'object' && key !== null && 'value' in key ? key.value : key;
  return typeof value === 'number' ? String(value) : value;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number') return node.range[0];
  return 'key' in node ? startOf(node.key) : undefined;
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
/** A field several levels down, or undefined. */
export function dig(value: unknown, ...path: (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof key === 'number') at = listOf(at)[key];
    else at = isJson(at) ? at[key] : undefined;
  }
  return at;
}
