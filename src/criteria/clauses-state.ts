import { type KubeObject, subjectRef, textAt } from '../objects/index.ts';
import { fail, type Verdict } from '../workflow/verdict.ts';
import { celNot } from './cel-forms.ts';
import { AFTER_STATE, type Clause, LINKS, type Made, made, NEGATIONS, OR, problem } from './clause.ts';
import { type Cursor, phrases } from './cursor.ts';
import { anyOf, forEach } from './predicate.ts';
import { gone, present } from './presence.ts';
import { addressOf, conditionIs, phaseIs, STATES, type State, stateNamed } from './states.ts';
import { unquotedValue } from './values.ts';

const STATE_PHRASES = phrases([...STATES.keys()].join('|'));
const NOT_STATES = new Set([
  'true',
  'false',
  'unknown',
  'ok',
  'fine',
  'good',
  'working',
  'correct',
  'not',
  'it',
  'there',
  'fast',
  'secure',
  'stable',
  'reachable',
  'accessible',
  'responsive',
  'responding',
]);

export type Word = { readonly text: string; readonly state: State };

/** A state's name: one of ours, in quotes, or after a verb a capitalised word, which may be a condition or phase of its own. */
export function stateWord(c: Cursor, verb: boolean): Word | undefined {
  const known = c.eat(STATE_PHRASES);
  if (known !== undefined) return { text: known, state: stateNamed(known) };
  const { kind, text, low } = c.peek();
  if (!verb) return undefined;
  if (kind === 'quoted' && text.trim() !== '') {
    c.take();
    return { text, state: stateNamed(text) };
  }
  if (kind !== 'word' || !/^[A-Z][A-Za-z]{2,60}$/.test(text) || NOT_STATES.has(low) || isMisspelt(text))
    return undefined;
  c.take();
  return { text, state: stateNamed(text) };
}

/** One letter off a state that we know, or the state and an ending: never a condition of its own. */
const isMisspelt = (word: string): boolean => {
  const low = word.toLowerCase();
  return [...STATES.keys()].some(
    (known) =>
      known.length > 4 &&
      (isOneOff(low, known) || (word.slice(known.length) === low.slice(known.length) && low.startsWith(known))),
  );
};

function isOneOff(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  const [x, y] = [a.slice(from), b.slice(from)];
  const swapped = x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2);
  return swapped || x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1);
}

function state(c: Cursor): Made | undefined {
  const start = c.mark();
  c.skip(LINKS);
  const verb = c.mark() > start;
  const links = c.between(start, c.mark());
  if (c.eat(NEGATIONS) !== undefined) return negated(c);
  const first = stateWord(c, verb);
  if (first === undefined) return undefined;
  // `has a ClusterIP` is no state; `is in a Frozen state` is.
  const isThing = / an?$/i.test(links) && !STATES.has(first.text.toLowerCase());
  if (isThing && !c.isNext(phrases('state|status|phase|condition'))) return undefined;
  c.skip(AFTER_STATE);
  const words = [first];
  for (let before = c.mark(); c.eat(OR) !== undefined; before = c.mark()) {
    c.skip(LINKS);
    const next = stateWord(c, true);
    if (next === undefined) {
      c.reset(before);
      break;
    }
    c.skip(AFTER_STATE);
    words.push(next);
  }
  return made(({ text, target }) =>
    forEach(text, target, (object, view) =>
      anyOf(words.map((w) => atPresent(w, links, object) ?? w.state(object, view))),
    ),
  );
}

/** A Pod that has ended has reached Running; it is not running. */
function atPresent({ text }: Word, links: string, object: KubeObject): Verdict | undefined {
  const isNow = /\b(?:is|are|be|stays?|remains?)\b/i.test(links) && !/\b(?:reach|becom|enter)/i.test(links);
  if (!isNow || !/^(?:running|up|up and running)$/i.test(text) || object.kind !== 'Pod') return undefined;
  if (textAt(object, 'status', 'phase') !== 'Succeeded') return undefined;
  return fail('Succeeded', `${subjectRef(object)}: its containers have ended, so it does not run any more`);
}

/** That something is not so holds of what has not begun: it is refused, with what can be asked instead. */
function negated(c: Cursor): Made | undefined {
  c.skip(LINKS);
  const word = stateWord(c, true);
  if (word === undefined) return undefined;
  c.skip(AFTER_STATE);
  return problem(
    `"not ${word.text}" holds of what has not begun, too; say what it must be, or compare what its status says`,
    ({ target, subjects }) => celNot(word.text, target, subjects),
  );
}

const CONDITION = phrases(
  'condition|the condition|has condition|has the condition|have condition|with condition|its condition',
);
/** Words beside "condition" that are no type of one: `condition met`, `no condition is False`. */
const NO_TYPES = new Set(
  'met holds hold satisfied no not any all every each none some true false of with for is are'.split(' '),
);
const IS = phrases('is|=|==|:|equals|be');
const STATUS: ReadonlySet<string> = new Set(['true', 'false', 'unknown']);

/** `condition Ready is True`, `condition=Ready`, `the Ready condition is True`, `Ready=True`. */
function condition(c: Cursor): Made | undefined {
  c.skip(phrases('has|have|the|its|with|must have|should have|reports|shows'));
  const spoken = c.eat(CONDITION) !== undefined;
  if (spoken) c.eat(phrases('=|:|type'));
  const { kind, text } = c.peek();
  if ((kind !== 'word' && kind !== 'quoted') || !/^[A-Za-z][\w./-]{1,120}$/.test(text)) return undefined;
  if (kind === 'word' && NO_TYPES.has(text.toLowerCase())) return undefined;
  c.take();
  const named = c.eat(phrases('condition')) !== undefined;
  const compared = c.eat(IS) !== undefined;
  const status = c.peek();
  const isStatus = STATUS.has(status.text.toLowerCase()) && (status.kind === 'word' || status.kind === 'quoted');
  if (isStatus && (compared || spoken)) c.take();
  // `phase is True`, `ready is fine`: only with its word, or with a status, is it a condition.
  if (
    !spoken &&
    !(named && compared && isStatus) &&
    !(compared && isStatus && /^[A-Z]/.test(text)) &&
    !(named && !compared)
  )
    return undefined;
  if (compared && !isStatus) return undefined;
  const wanted = isStatus && (compared || spoken) ? status.text : 'True';
  return made(({ text: whole, target }) => forEach(whole, target, (object) => conditionIs(object, text, wanted)));
}

const PHASE = phrases(
  'phase|the phase|its phase|has phase|have phase|has the phase|state|the state|its state|status|the status|its status|health|its health|the health|has status|has state|sync status',
);
const PHASE_IS = phrases('is|=|==|:|becomes|reaches|equals|be|is now');
const PHASE_NOT = phrases("is not|!=|isn't|is never|≠|must not be|should not be|not|is other than");
const EITHER = phrases('is one of|one of|in|is in|is either|either|is any of');

/** `phase is Running`, `phase is "Cluster in healthy state"`, `phase is one of Bound, Available`. */
function phase(c: Cursor): Made | undefined {
  c.skip(phrases('must|should|have|has|reports|shows|with'));
  const field = c.eat(PHASE);
  if (field === undefined) return undefined;
  const not = c.eat(PHASE_NOT) !== undefined;
  if (!not) c.skip(phrases('must|should|eventually'));
  const compared = not || c.eat(EITHER) !== undefined || c.eat(PHASE_IS) !== undefined;
  c.eat(EITHER);
  const bare = c.peek().kind === 'word';
  const values = listOfValues(c);
  if (values === undefined) return undefined;
  const isLow = (value: string) => /^[a-z]/.test(value) && !STATES.has(value);
  // `status is good` says nothing that a status says; `phase running` may be a sentence of another kind.
  if (
    bare &&
    values.some((v) => NOT_STATES.has(v.toLowerCase()) || (isLow(v) && (!compared || !/phase|state/.test(field))))
  )
    return undefined;
  const quoted = values.length === 1 && /\s/.test(values[0] ?? '');
  const reached = (text: string): State => (quoted || not ? (object) => phaseIs(object, text) : stateNamed(text));
  if (!not)
    return made(({ text, target }) => forEach(text, target, (object) => anyOf(values.map((v) => reached(v)(object)))));
  return made(({ text, target }) =>
    forEach(text, target, (object) => {
      const [same] = values.map((v) => phaseIs(object, v)).filter((v) => v.status === 'pass');
      const [other] = values.map((v) => phaseIs(object, v));
      if (same !== undefined) return { ...same, status: 'fail', reason: 'PhaseReached' };
      return other?.reason === 'OtherPhase'
        ? { ...other, status: 'pass' }
        : (other ?? { status: 'unknown', reason: 'NoPhase', message: 'no phase' });
    }),
  );
}

/** `Bound`, `Bound or Available`, `Bound, Available`, `"Cluster in healthy state"`. */
export function listOfValues(c: Cursor): string[] | undefined {
  const values: string[] = [];
  const open = c.eat(phrases('[|('));
  for (;;) {
    const value = unquotedValue(c);
    if (value === undefined) return values.length === 0 ? undefined : values;
    values.push(value);
    const before = c.mark();
    if (c.eat(phrases(', or|or|,')) === undefined) break;
    if (c.peek().kind === 'end') {
      c.reset(before);
      break;
    }
  }
  if (open !== undefined) c.eat(phrases(']|)'));
  return values;
}

const HAS_ADDRESS = phrases('has|have|gets|get|is given|is assigned|receives|must have|should have');
const ADDRESS = phrases(
  'an address|address|an external address|an ip|ip|an external ip|external ip|a hostname|hostname|a host|an external hostname|a load balancer address|a load balancer ip|an ip address|an external ip address|a loadbalancer ip|an ingress ip|a public ip',
);

function address(c: Cursor): Made | undefined {
  if (c.eat(HAS_ADDRESS) === undefined || c.eat(ADDRESS) === undefined) return undefined;
  return made(({ text, target }) => forEach(text, target, addressOf));
}

const EXISTS = phrases(
  'exists|exist|is created|are created|is there|are there|gets created|get created|is present|are present|has been created|have been created|was created|created|appears|appear|create|must exist|should exist',
);
const GONE = phrases(
  "is gone|are gone|gone|is deleted|are deleted|deleted|delete|is removed|are removed|removed|gets deleted|gets removed|is absent|are absent|absent|does not exist|do not exist|doesn't exist|don't exist|no longer exists|no longer exist|disappears|disappear|must not exist|should not exist|has been deleted|has been removed|was deleted",
);

export const STATE_CLAUSES: readonly Clause[] = [
  {
    name: 'existence',
    forms: ['{object} exists'],
    means: 'it is there and not being deleted; in a bullet this proves nothing of what the bullet itself creates',
    parse: (c) => (c.eat(EXISTS) === undefined ? undefined : made(({ text, target }) => present(text, target))),
  },
  {
    name: 'absence',
    forms: ['{object} is gone'],
    means: 'it was looked for and is not there',
    parse: (c) => (c.eat(GONE) === undefined ? undefined : made(({ text, target }) => gone(text, target))),
  },
  {
    name: 'condition',
    forms: ['{object} condition Ready is True', '{object} Ready=True'],
    means: 'the condition has this status and was written for the present generation; without a status, True',
    parse: condition,
  },
  {
    name: 'phase',
    forms: ['{object} phase is "Running"', '{object} phase is one of Bound, Available'],
    means: "the status' phase, state or health is one of these; capitals and punctuation don't count",
    parse: phase,
  },
  {
    name: 'address',
    forms: ['{object} has an address'],
    means: 'its status names an IP address or a host',
    parse: address,
  },
  {
    name: 'state',
    forms: [
      '{object} reaches Ready state',
      '{object} is Available',
      '{object} rolls out',
      '{object} is Running or Succeeded',
    ],
    means:
      'a state of the table below, or, in quotes or with a capital, a condition or phase of the object\'s own; with "or", one of them',
    parse: state,
  },
];
