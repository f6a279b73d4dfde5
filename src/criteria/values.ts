import { STOPS } from './clause.ts';
import { type Cursor, phrases } from './cursor.ts';
import { duration } from './durations.ts';
import type { Subject, Target } from './predicate.ts';

const TIMED = phrases('in|within|after|for|under');

/** Is a clause of time or place next, so that a value ends before it? */
function endsHere(c: Cursor): boolean {
  if (c.done() || c.isNext(STOPS) || c.isNext(phrases('in namespace|in the namespace'))) return true;
  const start = c.mark();
  const timed = c.eat(TIMED) !== undefined && duration(c) !== undefined;
  c.reset(start);
  return timed;
}

/**
 * One value: in quotes, a number, one word; several words where the first has a capital (`Cluster in healthy state`), up
 * to a word that joins, or a clause of time.
 */
export function unquotedValue(c: Cursor): string | undefined {
  const first = c.peek();
  if (first.kind === 'quoted' || first.kind === 'path') return c.take().text;
  if (first.kind !== 'word' || c.isNext(STOPS)) return undefined;
  const from = c.mark();
  c.take();
  if (!/^[A-Z]/.test(first.text)) return first.text;
  while (!endsHere(c) && c.peek().kind === 'word') c.take();
  return c.between(from, c.mark());
}

/** Where a text without quotes ends: before " and " with another criterion, or at the end. Returns its place, and moves there. */
export function endOfValue(
  c: Cursor,
  subjects: readonly Subject[],
  subjectPhrase: (c: Cursor, subjects: readonly Subject[], carried: readonly Target[]) => unknown,
): number {
  while (!c.done()) {
    const here = c.mark();
    if (c.eat(JOINERS) !== undefined) {
      const isNext = c.isNext(BEGINS) || subjectPhrase(c, subjects, []) !== undefined;
      c.reset(here);
      if (isNext) return here;
    }
    c.take();
  }
  return c.mark();
}

const JOINERS = phrases(', and|and|,|;');
/** What a criterion without a subject begins with. */
const BEGINS = phrases(
  'logs|log|the logs|no restarts|no warnings|no warning events|all pods|all replicas|image pulled',
);
