import { dumpsOf } from './dumps.ts';
import { HIDDEN } from './shapes.ts';
import type { Spellings } from './spellings.ts';

/** Spellings are found by so many of their first characters: the short ones by all that they have at least. */
const KEYS = [12, 4] as const;
/** A piece of a value's base64 that is this long is found wherever the value was wrapped or cut. */
export const WINDOW = 12;

/** Hides spellings in one pass over a text: those that begin where the text stands are looked up, the longest first. */
export function matcher({ texts, encoded, values }: Spellings): (text: string) => string {
  const indexes = KEYS.map((length, level) => {
    const longer = KEYS[level - 1] ?? Number.POSITIVE_INFINITY;
    return {
      length,
      byKey: keyed(
        [...texts].filter((t) => t.length >= length && t.length < longer),
        length,
      ),
    };
  }).filter(({ byKey }) => byKey.size > 0);
  const windows = new Set<string>();
  for (const body of encoded) {
    for (let i = 0; i + WINDOW <= body.length; i += WINDOW) windows.add(body.slice(i, i + WINDOW));
  }

  function hideTexts(text: string): string {
    if (indexes.length === 0) return text;
    const parts: string[] = [];
    let shown = 0;
    for (let i = 0; i < text.length; ) {
      let found: string | undefined;
      for (const { length, byKey } of indexes)
        found ??= byKey.get(text.slice(i, i + length))?.find((spelling) => text.startsWith(spelling, i));
      if (found === undefined) {
        i += 1;
        continue;
      }
      parts.push(text.slice(shown, i), HIDDEN);
      i += found.length;
      shown = i;
    }
    parts.push(text.slice(shown));
    return parts.join('');
  }

  /** A run of base64 that holds a piece of a value's base64 is that value's. */
  function hideEncoded(text: string): string {
    if (windows.size === 0) return text;
    return text.replace(/[A-Za-z0-9+/_-]{12,}={0,2}/g, (run) => {
      for (let i = 0; i + WINDOW <= run.length; i += 1) if (windows.has(run.slice(i, i + WINDOW))) return HIDDEN;
      return run;
    });
  }

  const hideDumps = dumpsOf(values);
  return (text) => hideDumps(hideEncoded(hideTexts(text)));
}

/** The longest first, of those that begin alike. */
function keyed(texts: readonly string[], length: number): ReadonlyMap<string, readonly string[]> {
  const byKey = new Map<string, string[]>();
  for (const text of texts.toSorted((a, b) => b.length - a.length)) {
    const key = text.slice(0, length);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [text]);
    else known.push(text);
  }
  return byKey;
}
