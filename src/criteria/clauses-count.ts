import { about } from './cel-forms.ts';
import { type Clause, type Made, made, problem } from './clause.ts';
import { stateWord, type Word } from './clauses-state.ts';
import { allReplicas, counted, endpoints, type Quantity, replicas } from './counts.ts';
import { type Cursor, phrases } from './cursor.ts';
import { numberOf } from './durations.ts';
import type { Subject, Target } from './predicate.ts';
import { isReady, stateNamed } from './states.ts';
import { comingOf, kindOf } from './subject-phrase.ts';
import { kindNamed, ofKind } from './subjects.ts';

/** `all`, `at least 2`, `3/3`, `2 of 3`, `exactly one`, `no`. */
type Amount = { readonly quantity: Quantity; readonly all: boolean; readonly most?: string };

const LEAST = phrases('at least|a minimum of|minimum|>=|≥|not less than|no fewer than|no less than|minimum of');
const MORE = phrases('more than|over|>|greater than');
const EXACT = phrases('exactly|only|just|=|==|precisely');
const MOST = phrases('at most|no more than|up to|fewer than|less than|<=|<|≤|not more than|a maximum of|maximum');
const ALL = phrases('all|every|each|all of its|all of the|all its|all the|all of');
const NONE = phrases('no|zero|none of the|without any|without|none');
const SOME = phrases('any|some|a|an');

function amount(c: Cursor): Amount | undefined {
  const all = c.eat(ALL) !== undefined;
  const least = !all && c.eat(LEAST) !== undefined;
  const more = !all && !least && c.eat(MORE) !== undefined;
  const exact = !all && !least && !more && c.eat(EXACT) !== undefined;
  const most = all || least || more || exact ? undefined : c.eat(MOST);
  if (!all && !least && !more && !exact && most === undefined && c.eat(NONE) !== undefined)
    return { quantity: { least: 0, exact: true }, all };
  const number = count(c);
  if (number !== undefined) {
    const orMore = c.eat(phrases('or more|and more|or greater')) !== undefined;
    const { n, outOf } = number;
    return {
      quantity: {
        least: more ? n + 1 : n,
        exact: exact || (all && !orMore),
        ...(outOf === undefined ? {} : { outOf }),
      },
      all,
      ...(most === undefined ? {} : { most }),
    };
  }
  if (all) return { quantity: { least: 1, exact: false }, all };
  if (least || more || exact || most !== undefined) return undefined;
  return c.eat(SOME) === undefined ? undefined : { quantity: { least: 1, exact: false }, all };
}

/** `3`, `three`, `3+`, `3/3`, `2 of 3`, `2 out of 3`. */
function count(c: Cursor): { readonly n: number; readonly outOf?: number } | undefined {
  const { kind, low } = c.peek();
  if (kind !== 'word') return undefined;
  const share = /^(\d{1,6})\/(\d{1,6})$/.exec(low);
  if (share !== null) {
    c.take();
    return { n: Number(share[1]), outOf: Number(share[2]) };
  }
  const n = numberOf(low.replace(/\+$/, ''));
  if (n === undefined) return undefined;
  c.take();
  const before = c.mark();
  if (c.eat(phrases('of|out of|of the|of its|/')) === undefined) return { n };
  const outOf = numberOf(c.peek().low);
  if (outOf === undefined) {
    c.reset(before);
    c.eat(phrases('of the|of its|of'));
    return { n };
  }
  c.take();
  return { n, outOf };
}

const REPLICAS = phrases(
  'replicas|replica|instances|instance|members|member|brokers|broker|nodes|node|copies|copy|shards|shard|workers|worker',
);
const ENDPOINTS = phrases(
  'endpoints|endpoint|addresses|backends|backend|ready endpoints|ready endpoint|ready addresses|ready backends|endpoint addresses',
);
const PREFACE = phrases(
  'has|have|with|must have|should have|will have|there are|there is|runs|shows|show|reports|report|reaches|reach|gets|get|is|are|scales to|scaled to|comes up with',
);
const READY: ReadonlySet<string> = new Set([
  'ready',
  'available',
  'running',
  'up',
  'healthy',
  'up and running',
  'started',
]);
const LINK = phrases(
  'is|are|be|become|becomes|get|gets|must be|should be|reach|reaches|in|to be|have|has|come|comes|has become|have become|in the',
);

function quantified(c: Cursor, subjects: readonly Subject[]): Made | undefined {
  c.skip(PREFACE);
  const start = c.mark();
  const said = amount(c);
  if (said === undefined && !c.isNext(REPLICAS)) return undefined;
  const before = said === undefined ? undefined : stateWord(c, false);
  const noun = nounNext(c, subjects);
  if (said === undefined && noun?.kind !== 'replicas') return undefined;
  c.skip(LINK);
  const state = before ?? stateWord(c, noun !== undefined);
  if (state !== undefined) c.eat(phrases('state|status|phase'));
  const many = said ?? { quantity: { least: 1, exact: false }, all: true };
  const isShare = many.quantity.outOf !== undefined;
  if (state === undefined && !(isShare && noun?.kind !== 'other')) return undefined;
  if (noun === undefined && !isShare && !(state !== undefined && /^\d/.test(c.between(start, start + 1))))
    return undefined;
  const complaint = vacuous(many, c.between(start, c.mark()));
  if (complaint !== undefined) return complaint;
  return noun?.kind === 'other' ? ofObjects(noun.word, many, state, subjects) : ofReplicas(many, state);
}

type Noun = { readonly kind: 'replicas' } | { readonly kind: 'other'; readonly word: string };

function nounNext(c: Cursor, subjects: readonly Subject[]): Noun | undefined {
  if (c.eat(REPLICAS) !== undefined) return { kind: 'replicas' };
  for (const size of [3, 2, 1]) {
    const words = Array.from({ length: size }, (_, n) => c.peek(n));
    if (words.some((t) => t.kind !== 'word')) continue;
    const kind = kindNamed(words.map((t) => t.text).join(' '), subjects);
    if (kind === undefined) continue;
    for (const _ of words) c.take();
    return { kind: 'other', word: kind };
  }
  return undefined;
}

/** A count that none meets, too, shows nothing: zero, at most. */
function vacuous({ quantity, most }: Amount, words: string): Made | undefined {
  if (most !== undefined) {
    return problem(`"${words}" holds of none, too`, ({ target, subjects }) => [
      `${about(target, subjects)}status.readyReplicas is at least 1`,
      `${about(target, subjects)}cel: object.status.readyReplicas <= ${quantity.least}`,
    ]);
  }
  if (quantity.least > 0 && quantity.outOf !== 0) return undefined;
  return problem(`"${words}" asks for none, which holds before anything has begun`, ({ target, subjects }) => [
    `${about(target, subjects)}all replicas are ready`,
    `${about(target, subjects)}cel: has(object.status.observedGeneration) && (!has(object.status.readyReplicas) || object.status.readyReplicas == 0)`,
  ]);
}

function ofReplicas({ quantity, all }: Amount, state: Word | undefined): Made | undefined {
  if (state !== undefined && !READY.has(state.text.toLowerCase())) return undefined;
  if (all && quantity.least === 1 && quantity.outOf === undefined) return made(allReplicas);
  return made((asked) =>
    kindOf(asked.target) === 'Pod' ? countedOf(asked.target, quantity, all, state)(asked) : replicas(asked, quantity),
  );
}

function ofObjects(
  kind: string,
  { quantity, all }: Amount,
  state: Word | undefined,
  subjects: readonly Subject[],
): Made {
  return made((asked) => {
    const { target } = asked;
    const [own] = target.subjects;
    // "3 pods ready" of one object is about its replicas.
    if (
      kind === 'Pod' &&
      !all &&
      own !== undefined &&
      target.subjects.length === 1 &&
      own.kind !== 'Pod' &&
      (state === undefined || READY.has(state.text.toLowerCase()))
    )
      return replicas(asked, quantity);
    return countedOf(kindOf(target) === kind ? target : targetOf(kind, target, subjects), quantity, all, state)(asked);
  }, 'whole');
}

const targetOf = (kind: string, target: Target, subjects: readonly Subject[]): Target => {
  const own = ofKind(kind, subjects);
  return kind === 'Pod' && own.subjects.length === 0 && target.subjects.length > 0 ? comingOf(kind, target) : own;
};

const countedOf =
  (target: Target, quantity: Quantity, all: boolean, state: Word | undefined) =>
  (asked: Parameters<typeof counted>[0]) =>
    counted(
      { ...asked, target },
      quantity,
      all,
      state?.text ?? 'ready',
      state?.state ?? (kindOf(target) === 'Pod' ? stateNamed('ready') : isReady),
    );

const HAS = phrases('has|have|gets|get|with|must have|should have|there are|there is|reports|shows');

function endpointsClause(c: Cursor): Made | undefined {
  if (c.eat(HAS) === undefined) return undefined;
  const start = c.mark();
  const said = amount(c);
  c.eat(phrases('ready|available|active'));
  if (c.eat(ENDPOINTS) === undefined) return undefined;
  const many = said ?? { quantity: { least: 1, exact: false }, all: false };
  if (many.most !== undefined || many.quantity.least === 0) {
    return problem(
      `"${c.between(start, c.mark())}" asks for no endpoint, or holds without one`,
      ({ target, subjects }) => [
        `${about(target, subjects) || 'Service '}has endpoints`,
        'cel: !objects.exists(o, o.kind == "EndpointSlice" && has(o.endpoints) && size(o.endpoints) > 0)',
      ],
    );
  }
  return made((asked) => endpoints(asked, many.quantity));
}

export const COUNT_CLAUSES: readonly Clause[] = [
  {
    name: 'endpoints',
    forms: ['{service} has endpoints', '{service} has at least 2 endpoints'],
    means: "the Service's EndpointSlices have so many ready addresses; without a number, one",
    parse: endpointsClause,
  },
  {
    name: 'count',
    forms: [
      '{object} has 3 ready replicas',
      '{object} 3/3 ready',
      '{object} all replicas are ready',
      'all pods are ready',
      'at least one pod is ready',
      'all 3 pods are ready',
    ],
    means:
      'so many are ready, of the present revision; a number is a minimum unless "exactly" or "all" is with it. With `3/3` the object must ask for 3. None and "at most" are refused: they hold before anything has begun',
    parse: (c, subjects) => quantified(c, subjects),
  },
];
