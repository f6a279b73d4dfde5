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
  /** What is written and is not in the value. */
  readonly lost: readonly Lost[];
};

export type Lost = { readonly offset: number; readonly because: string };

/** Written out, a document may be this many values; the largest compose files in use are a hundredth of it. */
export const MOST_VALUES = 1_000_000;

export class TooLarge extends Error {}
/** A document that has no value, because of something at this offset. */
export class NoValue extends Error {
  readonly offset: number | undefined;
  constructor(message: string, node: unknown) {
    super(message);
    this.offset = startOf(node);
  }
}

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
  const lost: Lost[] = [];
  let size = 0;

  const convert = (node: unknown): unknown => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw new NoValue(`the alias *${word(node.source)} has no anchor before it`, node);
      if (target === 'open') throw new NoValue(`the anchor &${word(node.source)} contains itself`, node);
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
        for (const source of Array.isArray(sources) ? sources : [sources])
          if (!take(source, merged, from)) lose(pair.key, 'what << merges is no mapping');
        continue;
      }
      const key = keyText(isAlias(pair.key) ? convert(pair.key) : pair.key);
      if (key === undefined) {
        lose(pair.key, 'a key that is a list or a mapping is no name of anything');
        continue;
      }
      if (own.has(key)) lose(pair.key, `${word(key)} stands twice in one mapping: only the last one was compared`);
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
  const take = (source: unknown, into: Map<string, unknown>, from: Holder): boolean => {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) return false;
    const held = heldBy(source);
    for (const [key, value] of Object.entries(source)) {
      if (into.has(key)) continue;
      into.set(key, value);
      const offset = held?.get(key);
      if (offset !== undefined) from.set(key, offset);
    }
    return true;
  };

  const lose = (node: unknown, because: string) => {
    lost.push({ offset: startOf(node) ?? 0, because });
  };

  const count = (more: number) => {
    size += more;
    if (size > MOST_VALUES)
      throw new TooLarge(`written out, its aliases make more than ${MOST_VALUES.toLocaleString('en')} values`);
  };

  const value = convert(contents);
  return {
    value,
    lost,
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

/** A key as the text that JSON would have; undefined: it can't have one. */
function keyText(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : key;
  return value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value) ? String(value) : undefined;
}

function startOf(node: unknown): number | undefined {
  if (isPair(node)) return startOf(node.key);
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start] = node.range;
  return typeof start === 'number' ? start : undefined;
}
