import { type Cursor, phrases } from './cursor.ts';
import { duration } from './durations.ts';

/** When and where something must hold. */
export type Trailing = { readonly withinMs?: number; readonly namespace?: string; readonly everyNode?: true };

/** What may follow a clause; the reference page is written from this. Anything else is refused. */
export const TRAILING_FORMS: readonly { readonly form: string; readonly means: string }[] = [
  {
    form: 'within 60s, in 2 minutes, in under a minute',
    means:
      'a time limit of its own, counted from when it began to be watched; a Job that took longer by its own times does not hold either',
  },
  { form: 'in time, before the timeout', means: 'nothing more than the time limit of the bullet or the phase' },
  { form: 'in namespace shop', means: 'only the object of this namespace' },
  { form: 'on all nodes', means: 'of a DaemonSet: on every node that it is meant for' },
  { form: 'without restarts', means: 'and no container was restarted' },
];

const WITHIN = phrases(
  'within|in|in under|in less than|in at most|inside|within at most|in no more than|within less than|within the first|in the first|within a maximum of|in about',
);
const IN_TIME = phrases(
  'in time|before the timeout|within the timeout|before timeout|within the time limit|before the time limit|within timeout',
);
const NAMESPACE = phrases('in namespace|in the namespace|within namespace');
const NODES = phrases('on all nodes|on every node|on each node|on all of the nodes|on all the nodes');
const ADVERBS = phrases('successfully|again|eventually|now|too|also|as well');
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function trailing(c: Cursor): Trailing {
  let found: Trailing = {};
  for (;;) {
    const before = c.mark();
    const next = one(c);
    if (next === undefined) {
      c.reset(before);
      return found;
    }
    found = { ...found, ...next };
  }
}

function one(c: Cursor): Trailing | undefined {
  if (c.eat(ADVERBS) !== undefined || c.eat(IN_TIME) !== undefined) return {};
  if (c.eat(NODES) !== undefined) return { everyNode: true };
  if (c.eat(NAMESPACE) !== undefined) return name(c);
  const start = c.mark();
  // `in the shop namespace`
  if (c.eat(phrases('in the|in')) !== undefined && c.peek(1).low === 'namespace') {
    const found = name(c);
    if (found !== undefined && c.eat(phrases('namespace')) !== undefined) return found;
  }
  c.reset(start);
  if (c.eat(WITHIN) === undefined) return undefined;
  const withinMs = duration(c);
  return withinMs === undefined ? undefined : { withinMs };
}

function name(c: Cursor): Trailing | undefined {
  const { kind, text } = c.peek();
  if ((kind !== 'word' && kind !== 'quoted') || !NAME.test(text)) return undefined;
  c.take();
  return { namespace: text };
}
