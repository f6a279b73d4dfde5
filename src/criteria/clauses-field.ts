import { parseQuantity } from '../objects/index.ts';
import { about } from './cel-forms.ts';
import { type Clause, type Made, made, OR, problem } from './clause.ts';
import { listOfValues } from './clauses-state.ts';
import { COMPARISON_PHRASES, type COMPARISONS, compareField, type Operand } from './comparisons.ts';
import { hasKeys } from './counts.ts';
import { type Cursor, phrases } from './cursor.ts';
import { numberOf } from './durations.ts';
import { type JsonPath, parseJsonPath } from './jsonpath.ts';
import { forEach } from './predicate.ts';
import { unquotedValue } from './values.ts';

/** `.status.readyReplicas`, `{.status.phase}`, `readyReplicas` (a status' field, by its capital). */
function pathNext(c: Cursor): string | undefined {
  const { kind, text } = c.peek();
  if (kind === 'path') return c.take().text;
  if (kind === 'word' && /^[a-z]{2,}[A-Z][A-Za-z]*$/.test(text)) {
    c.take();
    return `.status.${text}`;
  }
  return undefined;
}

function comparison(c: Cursor): (typeof COMPARISONS)[number] | undefined {
  const found = COMPARISON_PHRASES.find(({ phrase }) => c.isNext([phrase]));
  if (found === undefined) return undefined;
  c.eat([found.phrase]);
  return found.row;
}

function field(c: Cursor): Made | undefined {
  c.skip(phrases('has|have|the|its|field|value of|with|where'));
  const written = pathNext(c);
  const path = written === undefined ? undefined : parseJsonPath(written);
  if (written === undefined) return undefined;
  if (path === undefined) return problem(`${written} is no path of kubectl's`, () => []);
  const row = comparison(c);
  if (row === undefined) {
    return c.done() && written.startsWith('{')
      ? made(({ text, target }) => forEach(text, target, (o) => compareField(o, path, 'set', [])))
      : undefined;
  }
  const { operator, takes } = row;
  if (takes === 'nothing')
    return made(({ text, target }) => forEach(text, target, (o) => compareField(o, path, operator, [])));
  if (/(?:^|\.)conditions\}?$/.test(written)) {
    return problem(
      'a list of conditions is compared with nothing; a condition has a status',
      ({ target, subjects }) => [
        `${about(target, subjects)}condition=${/^[A-Z]\w*$/.test(c.peek().text) ? c.peek().text : 'Ready'}`,
      ],
    );
  }
  const operands = takes === 'list' ? listOfValues(c)?.map((text): Operand => ({ text })) : oneOrMore(c, operator);
  if (operands === undefined || operands.length === 0) return undefined;
  const chosen = operands.length > 1 ? (operator === '=' ? 'in' : operator === '!=' ? 'not in' : operator) : operator;
  const [first] = operands;
  if (takes === 'number' && first !== undefined && first.path === undefined) {
    const amount = numberOf(first.text)?.toString() ?? first.text;
    if (parseQuantity(amount) === undefined) return undefined;
    if ((operator === '>=' && /^-|^0$/.test(amount)) || (operator === '>' && amount.startsWith('-'))) {
      return problem(`"${operator} ${amount}" holds of every count, none among them`, ({ said }) => [
        said.replace(/(?:>=|at least|≥) ?0\b/i, '>= 1'),
      ]);
    }
    return made(({ text, target }) =>
      forEach(text, target, (o) => compareField(o, path, operator, [{ text: amount }])),
    );
  }
  return made(({ text, target }) => forEach(text, target, (o) => compareField(o, path, chosen, operands)));
}

/** A value or another field; for `is`, also several with "or" between. */
function oneOrMore(c: Cursor, operator: string): Operand[] | undefined {
  const operands: Operand[] = [];
  for (;;) {
    c.skip(phrases('the value of|the same as|the|equal to'));
    const isPath = c.peek().kind === 'path';
    const value = unquotedValue(c);
    if (value === undefined) return undefined;
    const path = isPath ? parseJsonPath(value) : undefined;
    if (isPath && path === undefined) return undefined;
    const or = isPath ? undefined : fieldCalled(value);
    operands.push({ text: value, ...(path === undefined ? {} : { path }), ...(or === undefined ? {} : { or }) });
    const spelt = numberOf(value);
    if (spelt !== undefined && String(spelt) !== value) operands.push({ text: String(spelt) });
    if ((operator !== '=' && operator !== '!=') || c.eat(OR) === undefined) return operands;
  }
}

/** `currentRevision equals updateRevision`: a word may be the status' field of that name. */
const fieldCalled = (word: string): JsonPath | undefined =>
  /^[a-z][A-Za-z]+$/.test(word) ? parseJsonPath(`.status.${word}`) : undefined;

const HAS_KEY = phrases(
  'has key|has the key|has keys|has the keys|have key|have keys|contains key|contains the key|contains keys|contains the keys|with key|with keys|includes key|includes the key|has a key|has a key named|has a key called|has an entry|contains a key named|must have key|must contain key',
);
const KEY = /^[A-Za-z0-9._-]{1,253}$/;

function keys(c: Cursor): Made | undefined {
  if (c.eat(HAS_KEY) === undefined) return undefined;
  const names: string[] = [];
  for (;;) {
    const { kind, text } = c.peek();
    if ((kind !== 'word' && kind !== 'quoted') || !KEY.test(text)) break;
    names.push(c.take().text);
    const before = c.mark();
    if (c.eat(phrases(', and|and|,')) === undefined) break;
    const next = c.peek();
    const after = c.peek(1);
    // `has keys a and b`, but not `has key a and Deployment web is ready`.
    if (
      (next.kind === 'word' || next.kind === 'quoted') &&
      KEY.test(next.text) &&
      (after.kind === 'end' || after.low === ',' || after.low === 'and')
    )
      continue;
    c.reset(before);
    break;
  }
  return names.length === 0 ? undefined : made((asked) => hasKeys(asked, names));
}

export const FIELD_CLAUSES: readonly Clause[] = [
  {
    name: 'keys',
    forms: ['{object} has key password', '{object} has keys username and password'],
    means: 'a Secret or ConfigMap has these keys; values are not looked at',
    parse: keys,
  },
  {
    name: 'field',
    forms: [
      '{object} status.readyReplicas >= 2',
      '{object} status.readyReplicas equals spec.replicas',
      '{object} status.phase is one of Bound, Available',
      '{object} status.currentPrimary is set',
    ],
    means:
      'a field of the object compared by a row of the table below; what it is compared with may be another field. A field that is not there is neither more nor less than anything',
    parse: field,
  },
];
