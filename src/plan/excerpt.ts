import { diffArrays } from 'diff';

/** Whole values → what of them differs, in few words. The comparison is of everything; only what is shown is cut. */

export const textOf = (value: unknown): string =>
  value === undefined ? '(none)' : typeof value === 'string' ? value : (JSON.stringify(value) ?? '(none)');

const MOST = 160;
const AROUND = 24;

/** `a → b`; of long texts the part that differs, with how much before it is the same. */
export function changeOf(before: unknown, after: unknown): string {
  const [a, b] = [textOf(before), textOf(after)];
  if (before === undefined) return `+ ${cut(b)}`;
  if (after === undefined) return `removed (was ${cut(a)})`;
  if (a.includes('\n') || b.includes('\n')) return linesOf(a, b);
  if (a.length <= MOST && b.length <= MOST) return `${a} → ${b}`;
  const same = common(a, b);
  const from = Math.max(0, same - AROUND);
  const lead = from === 0 ? '' : `(${from} characters the same) …`;
  return `${lead}${cut(a.slice(from))} → ${lead === '' ? '' : '…'}${cut(b.slice(from))}`;
}

/** A text, cut; where it begins like the other one for long, from where they part. */
export function differing(one: string, other = ''): string {
  const from = Math.max(0, common(one, other) - AROUND);
  return one.length <= MOST || from === 0 ? cut(one) : `(${from} characters the same) …${cut(one.slice(from))}`;
}

function common(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

const cut = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, MOST).toWellFormed()}… (cut: ${text.length - MOST} more characters)`;

const MOST_LINES = 8;

/** Of texts of several lines: the lines that come and go, each with its number. */
function linesOf(a: string, b: string): string {
  const changed = lineChanges(a, b);
  const shown = changed.slice(0, MOST_LINES).map((c) => `line ${c.line} ${c.sign} ${cut(c.text.trim())}`);
  const more = changed.length > MOST_LINES ? [`and ${changed.length - MOST_LINES} more lines`] : [];
  return [...shown, ...more].join(' | ');
}

export type LineChange = { readonly sign: '+' | '−'; readonly line: number; readonly text: string };

/** More edits than this are given as one: all of the old, all of the new. */
const MOST_EDITS = 2_000;

export function lineChanges(a: string, b: string): LineChange[] {
  const [was, is] = [a.split('\n'), b.split('\n')];
  const parts = diffArrays(was, is, { maxEditLength: MOST_EDITS }) ?? [
    { removed: true, added: false, value: was },
    { added: true, removed: false, value: is },
  ];
  const found: LineChange[] = [];
  let [before, after] = [0, 0];
  for (const part of parts) {
    if (part.added || part.removed) {
      const [sign, from] = part.added ? (['+', after] as const) : (['−', before] as const);
      found.push(...part.value.map((text, i) => ({ sign, line: from + i + 1, text })));
    }
    if (!part.added) before += part.value.length;
    if (!part.removed) after += part.value.length;
  }
  return found;
}

export type Leaf = { readonly path: string; readonly before: unknown; readonly after: unknown };

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Every place at which two values differ, down to the deepest, as `spec.containers[0].image`. Lists whose entries have
 * names are compared by name, so that an entry put before the others is one difference.
 */
export function leaves(before: unknown, after: unknown, path = '', depth = 0): Leaf[] {
  if (before === after) return [];
  if (depth < 60 && Array.isArray(before) && Array.isArray(after)) {
    const names = namesIn(before) && namesIn(after);
    if (names) {
      const [was, is] = [byName(before), byName(after)];
      return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) =>
        leaves(was.get(name), is.get(name), `${path}[${name}]`, depth + 1),
      );
    }
    if ([...before, ...after].every((item) => typeof item === 'string')) return textLists(before, after, path);
    return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => i).flatMap((i): Leaf[] =>
      // An entry more or less is a difference even when it is empty: `ingress: [{}]` lets in everyone.
      i < before.length && i < after.length
        ? leaves(before[i], after[i], `${path}[${i}]`, depth + 1)
        : [{ path: `${path}[${i}]`, before: before[i], after: after[i] }],
    );
  }
  if (depth < 60 && isMap(before) && isMap(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      leaves(before[key], after[key], path === '' ? key : `${path}.${key}`, depth + 1),
    );
  }
  return textOf(before) === textOf(after) || (isEmpty(before) && isEmpty(after)) ? [] : [{ path, before, after }];
}

/** Lists of texts: what comes and goes, an entry that takes another's place as one change. */
function textLists(before: readonly unknown[], after: readonly unknown[], path: string): Leaf[] {
  const parts = diffArrays(before.map(String), after.map(String), { maxEditLength: MOST_EDITS });
  if (parts === undefined) return [{ path, before, after }];
  const found: Leaf[] = [];
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    if (part.removed) {
      const taken = next?.added === true ? next.value : [];
      part.value.forEach((text, i) => {
        found.push({ path: `${path}[${at + i}]`, before: text, after: taken[i] });
      });
      taken.slice(part.value.length).forEach((text, i) => {
        found.push({ path: `${path}[${at + part.value.length + i}]`, before: undefined, after: text });
      });
      at += taken.length;
    } else if (part.added) {
      if (parts[index - 1]?.removed === true) continue;
      part.value.forEach((text, i) => {
        found.push({ path: `${path}[${at + i}]`, before: undefined, after: text });
      });
      at += part.value.length;
    } else at += part.value.length;
  }
  return found;
}

const namesIn = (list: readonly unknown[]): boolean =>
  list.length > 0 &&
  list.every((item) => isMap(item) && typeof item.name === 'string') &&
  new Set(list.map((item) => (isMap(item) ? item.name : ''))).size === list.length;

const byName = (list: readonly unknown[]): Map<string, unknown> =>
  new Map(list.flatMap((item) => (isMap(item) ? [[String(item.name), item] as const] : [])));

/** Nothing and an empty list are one; an empty map is not: `namespaceSelector: {}` is every namespace. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);
