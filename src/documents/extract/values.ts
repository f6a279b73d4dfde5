import { isAlias, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import { word } from '../document.ts';
import { tagged } from './yaml-tags.ts';

/**
 * YAML nodes → plain values, with the place where each field was written. An alias is the very value of its anchor, not a
 * copy, so that reading stays linear; how large it would be written out is counted, and a bomb is refused.
 */
export type Values = {
  readonly value: unknown;
  /** Where in the text the deepest part of the path that is there stands. */
  offsetOf(path: readonly (string | number)[]): number;
};

/** Written out, a document may be this many values; the largest compose files in use are a hundredth of it. */
export const MOST_VALUES = 1_000_000;

export class TooLarge extends Error {}

type Holder = Map<string | number, number>;

/** Where the fields of a value stand: on the value itself, as a weak map of so many keys keeps the collector busy. */
const PLACES = Symbol('places');
const hold = (value: object, places: Holder): void => {
  Object.defineProperty(value, PLACES, { value: places });
};
const heldBy = (value: object): Holder | undefined => {
  const places: unknown = Reflect.get(value, PLACES);
  return places instanceof Map ? places : undefined;
};

export function valuesOf(contents: unknown): Values {
  const anchors = new Map<string, { value: unknown; size: number } | 'open'>();
  let size = 0;

  const convert = (node: unknown): unknown => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw new Error(`the alias *${word(node.source)} has no anchor before it`);
      if (target === 'open') throw new Error(`the anchor &${word(node.source)} contains itself`);
      count(target.size);
      return target.value;
    }
    const anchor = isNode(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const before = size;
    count(1);
    const value = isNode(node) ? tagged(node.tag, plain(node)) : plain(node);
    if (anchor !== undefined) anchors.set(anchor, { value, size: size - before });
    return value;
  };

  const plain = (node: unknown): unknown => {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) {
      const holder: Holder = new Map();
      const value = node.items.map((item, i) => {
        const start = startOf(item);
        if (start !== undefined) holder.set(i, start);
        return isPair(item) ? mapping([item]) : convert(item);
      });
      hold(value, holder);
      return value;
    }
    return isMap(node) ? mapping(node.items) : undefined;
  };

  const mapping = (items: readonly unknown[]): Record<string, unknown> => {
    const own = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    const holder: Holder = new Map();
    const from: Holder = new Map();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      if (isMergeKey(pair.key)) {
        const sources = convert(pair.value);
        for (const source of Array.isArray(sources) ? sources : [sources]) take(source, merged, from);
        continue;
      }
      const key = keyText(pair.key);
      own.set(key, convert(pair.value));
      const start = startOf(pair.key);
      if (start !== undefined) holder.set(key, start);
    }
    for (const [key, offset] of from) if (!own.has(key as string)) holder.set(key, offset);
    const value = Object.fromEntries([...own, ...[...merged].filter(([key]) => !own.has(key))]);
    hold(value, holder);
    return value;
  };

  /** What is merged stands where it was written; of two sources the first wins. */
  const take = (source: unknown, into: Map<string, unknown>, from: Holder) => {
    if (typeof source !== 'object' || source === null) return;
    const held = heldBy(source);
    for (const [key, value] of Object.entries(source)) {
      if (into.has(key)) continue;
      into.set(key, value);
      const offset = held?.get(key);
      if (offset !== undefined) from.set(key, offset);
    }
  };

  const count = (more: number) => {
    size += more;
    if (size > MOST_VALUES)
      throw new TooLarge(`written out, its aliases make more than ${MOST_VALUES.toLocaleString('en')} values`);
  };

  const value = convert(contents);
  return {
    value,
    offsetOf(path) {
      let at: unknown = value;
      let offset = startOf(contents) ?? 0;
      for (const key of path) {
        if (typeof at !== 'object' || at === null) break;
        const found = heldBy(at)?.get(key);
        if (found === undefined) break;
        offset = found;
        at = Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
      }
      return offset;
    },
  };
}

const isNode = (node: unknown): node is Node =>
  typeof node === 'object' && node !== null && 'range' in node && !isAlias(node);

/** `<<` unquoted; the package gives it as a symbol or as its text. */
const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && (typeof key.value === 'symbol' || (key.value === '<<' && key.type === 'PLAIN'));

function keyText(key: unknown): string {
  if (isScalar(key)) return String(key.value);
  return typeof key === 'string' ? key : '';
}

function startOf(node: unknown): number | undefined {
  if (isPair(node)) return startOf(node.key);
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start] = node.range;
  return typeof start === 'number' ? start : undefined;
}
