import { type Cursor, phrases } from './cursor.ts';
import type { Subject, Target } from './predicate.ts';
import { RESERVED } from './reserved.ts';
import { kindNamed, labelOf, list, named, ofKind, whole } from './subjects.ts';

export type Spoken =
  | { readonly ok: true; readonly targets: readonly Target[]; readonly repeated: boolean }
  | { readonly ok: false; readonly error: string };

type One =
  | { readonly ok: true; readonly target: Target; readonly repeated?: boolean }
  | { readonly ok: false; readonly error: string };

/** How a sentence names its subject; the reference page is written from this. */
export const SUBJECT_FORMS: readonly { readonly form: string; readonly means: string }[] = [
  {
    form: 'Deployment/web',
    means: "this object; `kind.group/name` where two groups have the kind; kubectl's short names",
  },
  { form: 'Deployment web', means: 'this object, kind before name, capitals or not' },
  { form: 'web', means: 'the only object of this name' },
  {
    form: 'Deployment',
    means:
      'every object of this kind that the plan or the bullet has; without any, whatever of that kind comes of them',
  },
  { form: 'pods of Deployment web', means: 'the Pods that come of this object (a Service: those it selects)' },
  { form: 'Deployment web and Service web', means: 'each of them' },
  { form: 'all resources', means: 'every object' },
  {
    form: 'Secret pg-app',
    means:
      "an object that a controller makes, by its name, where the name follows from one of ours or a custom resource's controller may make it",
  },
];

const DETERMINERS = phrases('the|a|an|every|each|all|all the|all of the|all of|my|our|both|its');
const WHOLE = phrases(
  'all resources|all the resources|every resource|all objects|all components|all workloads|all of them|everything|resources|all of it',
);
const SAME = phrases('it|they|these|this|that');
const CALLED = phrases('named|called');
const OF = phrases('of|in|for|from|belonging to|owned by|behind');
const NAMESPACE = phrases('in namespace|in the namespace|of namespace|from namespace');
const AND = phrases(', and|and|,|&|plus|as well as');
const NAME = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** The subjects that a sentence begins with; undefined, and nothing taken, when it begins with none. */
export function subjectPhrase(c: Cursor, subjects: readonly Subject[], carried: readonly Target[]): Spoken | undefined {
  const start = c.mark();
  const first = oneSubject(c, subjects, carried, undefined);
  if (first === undefined || (first.ok && c.done())) {
    c.reset(start);
    return undefined;
  }
  if (!first.ok) return first;
  const targets = [first.target];
  for (;;) {
    const before = c.mark();
    if (c.eat(AND) === undefined) break;
    const next = oneSubject(c, subjects, carried, kindOf(targets.at(-1)));
    if (next === undefined || !next.ok || c.done()) {
      c.reset(before);
      if (next !== undefined && !next.ok) return next;
      break;
    }
    targets.push(next.target);
  }
  return { ok: true, targets, repeated: targets.length === 1 && first.repeated === true };
}

export const kindOf = (target: Target | undefined): string | undefined => target?.kind ?? target?.subjects[0]?.kind;

function oneSubject(
  c: Cursor,
  subjects: readonly Subject[],
  carried: readonly Target[],
  lastKind: string | undefined,
  depth = 0,
): One | undefined {
  const start = c.mark();
  if (c.eat(WHOLE) !== undefined && subjects.length > 0) return { ok: true, target: whole(subjects) };
  const [only] = carried;
  if (c.eat(SAME) !== undefined && only !== undefined && carried.length === 1 && !startsKind(c, subjects)) {
    return { ok: true, target: only };
  }
  c.reset(start);
  c.skip(DETERMINERS);
  const found = slashed(c, subjects) ?? byKind(c, subjects, carried, depth) ?? byName(c, subjects, lastKind);
  if (found === undefined) c.reset(start);
  return found;
}

const startsKind = (c: Cursor, subjects: readonly Subject[]): boolean => kindWords(c, subjects) !== undefined;

/** `Deployment/web`. */
function slashed(c: Cursor, subjects: readonly Subject[]): One | undefined {
  const match = /^([A-Za-z][\w.-]*)\/([\w.-]+)(?:'s)?$/.exec(c.peek().kind === 'word' ? c.peek().text : '');
  if (match === null) return undefined;
  c.take();
  const resolved = named(match[1] ?? '', match[2] ?? '', subjects, namespaceNext(c));
  return resolved.ok ? { ok: true, target: offspringNext(c, resolved.target, subjects) } : resolved;
}

/** How many of the next words name a kind, and which. */
function kindWords(
  c: Cursor,
  subjects: readonly Subject[],
): { readonly kind: string; readonly count: number } | undefined {
  for (const count of [4, 3, 2, 1]) {
    const tokens = Array.from({ length: count }, (_, n) => c.peek(n));
    if (tokens.some((t) => t.kind !== 'word' || (count > 1 && !/^[A-Za-z]+$/.test(t.text)))) continue;
    const words = tokens.map((t) => t.text.replace(/'s$/, '')).join(' ');
    const kind =
      kindNamed(words, subjects) ??
      (NAME.test(c.peek(count).text) && !RESERVED.has(c.peek(count).low)
        ? kindNamed(words, subjects, 'name')
        : undefined);
    if (kind !== undefined) return { kind, count };
  }
  return undefined;
}

/** `Deployment web`, `Deployment`, `pods of Deployment web`. */
function byKind(c: Cursor, subjects: readonly Subject[], carried: readonly Target[], depth: number): One | undefined {
  const words = kindWords(c, subjects);
  if (words === undefined) return undefined;
  const word = c.peek().text;
  for (let n = 0; n < words.count; n++) c.take();
  const { kind } = words;
  const called = c.eat(CALLED) !== undefined;
  const next = c.peek();
  const follows = c.peek(1).kind !== 'end';
  const isKnown = subjects.some((s) => s.kind === kind && (s.was === next.text || s.name === next.text));
  const isName = (next.kind === 'quoted' || next.kind === 'word') && NAME.test(next.text) && next.text.length > 0;
  if (isName && follows && (called || isKnown || !RESERVED.has(next.low))) {
    c.take();
    const resolved = named(words.count === 1 ? word : kind, next.text, subjects, namespaceNext(c));
    return resolved.ok ? { ok: true, target: offspringNext(c, resolved.target, subjects) } : resolved;
  }
  const namespace = namespaceNext(c);
  const before = c.mark();
  if (depth === 0 && c.eat(OF) !== undefined) {
    const parent = oneSubject(c, subjects, carried, undefined, depth + 1);
    if (parent?.ok === true && parent.target.subjects.length > 0)
      return { ok: true, target: comingOf(kind, parent.target) };
    c.reset(before);
    if (parent !== undefined && !parent.ok) return parent;
  }
  const [given] = carried;
  const own = ofKind(kind, subjects);
  if (given !== undefined && carried.length === 1) {
    // `Deployment/web: Deployment available` speaks of that one, and `Deployment/web: all pods are ready` of its Pods.
    if (kindOf(given) === kind) return { ok: true, target: given, repeated: true };
    if (own.subjects.length === 0 && kind === 'Pod' && given.subjects.length > 0)
      return { ok: true, target: comingOf(kind, given) };
  }
  return { ok: true, target: namespace === undefined ? own : inNamespace(own, namespace) };
}

/** `web`, `web deployment`, `web's pods`. */
function byName(c: Cursor, subjects: readonly Subject[], lastKind: string | undefined): One | undefined {
  const token = c.peek();
  const name = token.kind === 'word' || token.kind === 'quoted' ? token.text.replace(/'s$/, '') : '';
  const called = subjects.filter((s) => s.was === name || s.name === name);
  if (called.length === 0 || name === '') return undefined;
  c.take();
  const words = kindWords(c, subjects);
  const ofThatKind = called.find((s) => s.kind === words?.kind);
  if (words !== undefined && ofThatKind !== undefined) {
    for (let n = 0; n < words.count; n++) c.take();
    return { ok: true, target: offspringNext(c, one(ofThatKind), subjects) };
  }
  const [only, second] = called;
  const chosen = called.find((s) => s.kind === lastKind) ?? (second === undefined ? only : undefined);
  if (chosen === undefined) {
    return { ok: false, error: `"${name}" is the name of ${list(called)}: say which (Kind/name)` };
  }
  return { ok: true, target: offspringNext(c, one(chosen), subjects) };
}

const one = (subject: Subject): Target => ({ label: labelOf(subject), subjects: [subject] });

/** `Deployment web pods …`: the Pods of it. */
function offspringNext(c: Cursor, target: Target, subjects: readonly Subject[]): Target {
  const words = kindWords(c, subjects);
  if (words?.kind !== 'Pod' || c.peek(words.count).kind === 'end' || kindOf(target) === 'Pod') return target;
  for (let n = 0; n < words.count; n++) c.take();
  return comingOf('Pod', target);
}

export const comingOf = (kind: string, parent: Target): Target => ({
  label: `${kind} of ${parent.label}`,
  subjects: [],
  kind,
  of: parent.subjects,
});

function namespaceNext(c: Cursor): string | undefined {
  const start = c.mark();
  if (c.eat(NAMESPACE) === undefined) return undefined;
  const { kind, text } = c.peek();
  if ((kind === 'word' || kind === 'quoted') && NAME.test(text)) return c.take().text;
  c.reset(start);
  return undefined;
}

/** The same objects, in this namespace only. */
export const inNamespace = (target: Target, namespace: string): Target => ({
  ...target,
  subjects: target.subjects.map((subject) => ({ ...subject, namespace })),
  ...(target.kind === undefined ? {} : { namespace }),
});

/** Where a target is known to be elsewhere, so that it could never be found there. */
export const isElsewhere = (target: Target, namespace: string): boolean =>
  target.subjects.some((s) => s.namespace !== undefined && s.namespace !== namespace);
