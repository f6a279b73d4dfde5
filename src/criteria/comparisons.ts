import {
  at,
  compareQuantity,
  conditionOf,
  isRecord,
  type KubeObject,
  kindKey,
  numberAt,
  parseQuantity,
  subjectRef,
} from '../objects/index.ts';
import { fail, pass, type Verdict } from '../workflow/verdict.ts';
import { phrases } from './cursor.ts';
import type { JsonPath } from './jsonpath.ts';

export type Operator =
  | '='
  | '!='
  | '>='
  | '<='
  | '>'
  | '<'
  | 'in'
  | 'not in'
  | 'contains'
  | 'starts'
  | 'ends'
  | 'set'
  | 'unset';

type Row = {
  readonly operator: Operator;
  /** As it is written between a field and what it is compared with. */
  readonly words: string;
  /** What follows. */
  readonly takes: 'value' | 'number' | 'list' | 'nothing';
};

/** Every way to compare a field. The longest that fits is taken. */
export const COMPARISONS: readonly Row[] = [
  {
    operator: '=',
    words: '=|==|is|:|equals|equal to|is equal to|becomes|reaches|must be|should be|is exactly|has the value|->|→',
    takes: 'value',
  },
  {
    operator: '!=',
    words:
      "!=|≠|is not|isn't|does not equal|doesn't equal|is not equal to|differs from|must not be|should not be|is other than",
    takes: 'value',
  },
  {
    operator: '>=',
    words:
      '>=|≥|is at least|at least|is no less than|is not less than|is greater than or equal to|is greater or equal to|is >=|reaches at least|must be at least|should be at least|is a minimum of',
    takes: 'number',
  },
  {
    operator: '<=',
    words:
      '<=|≤|is at most|at most|is no more than|is not more than|is less than or equal to|is less or equal to|is <=|must be at most|should be at most|is up to',
    takes: 'number',
  },
  {
    operator: '>',
    words:
      '>|is greater than|greater than|is more than|more than|is above|is over|exceeds|is >|must be greater than|should be greater than|is larger than|is bigger than',
    takes: 'number',
  },
  {
    operator: '<',
    words:
      '<|is less than|less than|is fewer than|is below|is under|is <|must be less than|should be less than|is smaller than',
    takes: 'number',
  },
  {
    operator: 'in',
    words: 'is one of|is in|in|is any of|is either|is either of|must be one of|should be one of|is among',
    takes: 'list',
  },
  { operator: 'not in', words: 'is not one of|is not in|not in|is none of|is neither', takes: 'list' },
  { operator: 'contains', words: 'contains|includes|must contain|should contain|lists|has the entry', takes: 'value' },
  { operator: 'starts', words: 'starts with|begins with', takes: 'value' },
  { operator: 'ends', words: 'ends with|ends in', takes: 'value' },
  {
    operator: 'set',
    words:
      "is set|exists|is present|is defined|is not empty|isn't empty|is non-empty|is nonempty|is populated|is filled|has a value|is not null|is not unset|must be set|should be set|is there|gets set|appears",
    takes: 'nothing',
  },
  {
    operator: 'unset',
    words:
      'is not set|is unset|is empty|is absent|is missing|does not exist|is not present|is not defined|is null|is gone',
    takes: 'nothing',
  },
];

export const COMPARISON_PHRASES = COMPARISONS.flatMap((row) =>
  phrases(row.words).map((phrase) => ({ phrase, row })),
).sort((a, b) => b.phrase.length - a.phrase.length);

/** What a field is compared with: a text, or another field of the same object; `or`: a field of this name, where there is one. */
export type Operand = { readonly text: string; readonly path?: JsonPath; readonly or?: JsonPath };

const wordOf = (value: unknown): string =>
  isRecord(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);

const isEmpty = (v: unknown): boolean =>
  v === '' || (Array.isArray(v) && v.length === 0) || (isRecord(v) && Object.keys(v).length === 0);

/** Counts of what must not be: they are left out where they are 0. Each with what shows that it is 0 and not just not counted yet. */
const LEFT_OUT: Readonly<
  Record<string, { readonly fields: readonly string[]; readonly counted: (o: KubeObject) => boolean }>
> = {
  'Deployment.apps': {
    fields: ['unavailableReplicas', 'terminatingReplicas'],
    counted: (o) => (numberAt(o, 'status', 'availableReplicas') ?? 0) >= (numberAt(o, 'spec', 'replicas') ?? 1),
  },
  'DaemonSet.apps': {
    fields: ['numberUnavailable'],
    counted: (o) =>
      (numberAt(o, 'status', 'numberAvailable') ?? 0) >= (numberAt(o, 'status', 'desiredNumberScheduled') ?? 1),
  },
  'Job.batch': {
    fields: ['failed', 'active', 'terminating'],
    counted: (o) => ['Complete', 'Failed'].some((type) => conditionOf(o, type)?.status === 'True'),
  },
};

function isNoughtLeftOut(object: KubeObject, path: JsonPath): boolean {
  const left = LEFT_OUT[kindKey(object)];
  const field = /^\{?\.?status\.(\w+)\}?$/.exec(path.text)?.[1] ?? '';
  const observed = numberAt(object, 'status', 'observedGeneration');
  const isLate = observed !== undefined && observed < (object.metadata.generation ?? 0);
  return left?.fields.includes(field) === true && !isLate && left.counted(object);
}

/** Is the value at a path as compared? Absent is absent: only `unset` holds of it. */
export function compareField(
  object: KubeObject,
  path: JsonPath,
  operator: Operator,
  operands: readonly Operand[],
): Verdict {
  const read = path.read(object).filter((v) => v !== undefined && v !== null);
  const values =
    read.length === 0 && operator !== 'set' && operator !== 'unset' && isNoughtLeftOut(object, path) ? [0] : read;
  const what = `${subjectRef(object)}: ${path.text}`;
  const present = values.length > 0 && !values.every(isEmpty);
  if (operator === 'unset') {
    return present ? fail('FieldSet', `${what} is ${brief(values)}`) : pass('FieldUnset', `${what} is not set`);
  }
  if (values.length === 0) return fail('FieldMissing', `${what} is not there`);
  // Values of Secrets are not read: that the key is there is all that can be said.
  const isHidden = object.kind === 'Secret' && /^\{?\.?(?:data|stringData)\b/.test(path.text);
  if (operator === 'set' && isHidden) return pass('FieldSet', `${what} is there; its value is not looked at`);
  if (operator === 'set') return present ? pass('FieldSet', `${what} is set`) : fail('FieldEmpty', `${what} is empty`);
  const wanted = operands.flatMap((operand) => {
    if (operand.path === undefined)
      return [
        operand.text,
        ...(operand.or?.read(object) ?? []).filter((v) => v !== undefined && v !== null).map(wordOf),
      ];
    return operand.path
      .read(object)
      .filter((v) => v !== undefined && v !== null)
      .map(wordOf);
  });
  if (wanted.length === 0)
    return fail('FieldMissing', `${what}: ${operands[0]?.text ?? 'what it is compared with'} is not there`);
  const said = operands.map((o) => o.text).join(', ');
  const words = WORDS[operator];
  if (values.every((value) => holds(operator, value, wanted)))
    return pass(
      operator === '=' ? 'FieldEquals' : 'FieldCompares',
      `${what} is ${operator === '=' ? said : `${brief(values)}, ${words} ${said}`}`,
    );
  return fail('FieldDiffers', `${what} is ${brief(values)}, not ${operator === '=' ? said : `${words} ${said}`}`);
}

const brief = (values: readonly unknown[]): string => values.slice(0, 3).map(wordOf).join(', ').slice(0, 200);

const WORDS: Readonly<Record<Exclude<Operator, 'set' | 'unset'>, string>> = {
  '=': 'equal to',
  '!=': 'other than',
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
  in: 'one of',
  'not in': 'none of',
  contains: 'containing',
  starts: 'starting with',
  ends: 'ending with',
};

function holds(operator: Exclude<Operator, 'set' | 'unset'>, value: unknown, wanted: readonly string[]): boolean {
  const word = wordOf(value);
  const [first = ''] = wanted;
  switch (operator) {
    case '=':
    case 'in':
      return wanted.some((w) => same(word, w));
    case '!=':
    case 'not in':
      return !wanted.some((w) => same(word, w));
    case 'contains':
      return Array.isArray(value)
        ? value.some((item) => wordOf(item) === first)
        : isRecord(value)
          ? at(value, first) !== undefined
          : word.includes(first);
    case 'starts':
      return word.startsWith(first);
    case 'ends':
      return word.endsWith(first);
    default:
      return wanted.every((w) => ordered(operator, word, w));
  }
}

/** Texts as they are; amounts by what they come to (`1Gi` is `1024Mi`). */
function same(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x !== undefined && y !== undefined && compareQuantity(x, y) === 0;
}

function ordered(operator: '>=' | '<=' | '>' | '<', value: string, wanted: string): boolean {
  const [a, b] = [parseQuantity(value), parseQuantity(wanted)];
  if (a === undefined || b === undefined) return false;
  const sign = compareQuantity(a, b);
  return { '>=': sign >= 0, '<=': sign <= 0, '>': sign > 0, '<': sign < 0 }[operator];
}
