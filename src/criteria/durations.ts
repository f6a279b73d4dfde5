import { type Cursor, phrases } from './cursor.ts';

/** Units of time, as they are written. */
export const UNITS: readonly { readonly ms: number; readonly words: string }[] = [
  { ms: 1, words: 'ms|millisecond|milliseconds' },
  { ms: 1000, words: 's|sec|secs|second|seconds' },
  { ms: 60_000, words: 'm|min|mins|minute|minutes' },
  { ms: 3_600_000, words: 'h|hr|hrs|hour|hours' },
];
const MS: ReadonlyMap<string, number> = new Map(UNITS.flatMap(({ ms, words }) => words.split('|').map((w) => [w, ms])));

/** Small numbers in words. */
export const NUMBERS: readonly string[] = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
];

/** `3`, `three`; undefined: not a whole number. */
export function numberOf(word: string): number | undefined {
  if (/^\d{1,6}$/.test(word)) return Number(word);
  const spelt = NUMBERS.indexOf(word.toLowerCase());
  return spelt === -1 ? undefined : spelt;
}

const ARTICLE = phrases('a|an');

/** `60s`, `2m30s`, `90 seconds`, `two minutes`, `a minute`; nothing taken when none is next. */
export function duration(c: Cursor): number | undefined {
  const start = c.mark();
  const compact = compactMs(c.peek().low);
  if (compact !== undefined) {
    c.take();
    return compact;
  }
  const count = c.eat(ARTICLE) === undefined ? amount(c.peek().low) : 1;
  if (count !== undefined && c.mark() === start) c.take();
  const unit = count === undefined ? undefined : MS.get(c.peek().low);
  if (count === undefined || unit === undefined) {
    c.reset(start);
    return undefined;
  }
  c.take();
  return count * unit;
}

const amount = (word: string): number | undefined =>
  /^\d{1,6}(?:\.\d{1,3})?$/.test(word) ? Number(word) : numberOf(word);

/** kubectl's form: `60s`, `1h30m`. */
export function compactMs(word: string): number | undefined {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|s|m|h|sec|secs|min|mins|hr|hrs)){1,4}$/.test(word)) return undefined;
  let total = 0;
  for (const [, count = '', unit = ''] of word.matchAll(/(?<![\d.])([\d.]+)([a-z]+)/g))
    total += Number(count) * (MS.get(unit) ?? 0);
  return total;
}
