import type { Clause, Made, Problem } from './clause.ts';
import { COUNT_CLAUSES } from './clauses-count.ts';
import { FIELD_CLAUSES } from './clauses-field.ts';
import { OBSERVED_CLAUSES } from './clauses-observed.ts';
import { STATE_CLAUSES } from './clauses-state.ts';
import { type Cursor, cursorOf, phrases } from './cursor.ts';
import { withDeadline } from './deadline.ts';
import type { Predicate, Subject, Target } from './predicate.ts';
import { inNamespace, isElsewhere, kindOf, subjectPhrase } from './subject-phrase.ts';
import { labelOf, only, type Resolved, whole } from './subjects.ts';
import { type Trailing, trailing } from './trailing.ts';

/** What may be said of a subject, in the order in which equals are tried; the one that reads furthest is taken. */
export const CLAUSES: readonly Clause[] = [...OBSERVED_CLAUSES, ...FIELD_CLAUSES, ...COUNT_CLAUSES, ...STATE_CLAUSES];

export type Sentence =
  | { readonly ok: true; readonly predicates: readonly Predicate[] }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly rest: string;
      readonly understood: string;
      /** What it was about, as far as that was said. */
      readonly target: Target | undefined;
    };

const JOINERS = phrases('and|, and|,|;|.|&|and also|as well as|plus|, with|and it|and they');
const WITH = phrases('with|without');

type Said = { readonly targets: readonly Target[]; readonly words: string };

/** Criteria in words: subjects, what is said of them, when and where; several with "and". What is left over is a problem. */
export function sentence(text: string, subjects: readonly Subject[], given: Target | undefined): Sentence {
  const c = cursorOf(text);
  const predicates: Predicate[] = [];
  let prefix: Said | undefined = given === undefined ? undefined : { targets: [given], words: '' };
  let last: Said | undefined = prefix;
  for (;;) {
    const start = c.mark();
    const read = oneClause(c, subjects, last?.targets ?? []);
    if (read.kind === 'prefix') {
      prefix = { targets: read.targets, words: c.between(start, c.mark()) };
      last = prefix;
      continue;
    }
    if (read.kind === 'problem') return { ...failed(read.problem, c, start, start), target: read.target ?? given };
    const end = c.mark();
    const tail = trailing(c);
    const { clause, spoken } = read;
    const implied: Resolved =
      spoken !== undefined ? { ok: true, target: whole(subjects) } : unsaid(clause, subjects, prefix, last);
    if (!implied.ok) return failed(missing(implied.error, c.between(start, end), subjects), c, start, start);
    const targets =
      spoken?.targets ?? (last !== undefined && clause.implied !== 'whole' ? last.targets : [implied.target]);
    const words = c.between(start, end === c.mark() ? end : c.mark());
    const before =
      spoken === undefined && last !== undefined && last.words !== '' ? `${last.words.replace(/ ?:$/, '')}: ` : '';
    for (const target of targets) {
      const made = withTail(clause, target, subjects, `${before}${words}`, tail);
      if (!made.ok) return failed({ why: made.error, offers: () => [] }, c, start, start);
      predicates.push(made.predicate);
    }
    if (spoken !== undefined) last = { targets: spoken.targets, words: spoken.words };
    if (c.done()) return { ok: true, predicates };
    const here = c.mark();
    if (c.isNext(WITH)) continue;
    if (c.eat(JOINERS) === undefined || c.done()) {
      c.reset(here);
      return failed(undefined, c, start, here);
    }
  }
}

const failed = (
  problem: Problem | undefined,
  c: Cursor,
  start: number,
  end: number,
): Extract<Sentence, { ok: false }> => {
  const rest = c.rest();
  return {
    ok: false,
    problem: problem ?? { why: '', offers: () => [] },
    rest: problem === undefined ? rest : '',
    understood: c.between(start === end ? start : 0, end),
    target: undefined,
  };
};

type Read =
  | { readonly kind: 'clause'; readonly clause: Extract<Made, { kind: 'made' }>; readonly spoken: Said | undefined }
  | { readonly kind: 'prefix'; readonly targets: readonly Target[] }
  | { readonly kind: 'problem'; readonly problem: Problem | undefined; readonly target?: Target };

const COLON = phrases(':');

/** A subject, if there is one, and the clause about it. */
function oneClause(c: Cursor, subjects: readonly Subject[], carried: readonly Target[]): Read {
  const start = c.mark();
  const spoken = subjectPhrase(c, subjects, carried);
  const afterSubject = c.mark();
  if (spoken !== undefined && !spoken.ok) return { kind: 'problem', problem: { why: spoken.error, offers: () => [] } };
  if (spoken !== undefined && c.eat(COLON) !== undefined && !c.done()) {
    // `Cluster/pg: …` names what follows; `Ready: True` is no subject.
    return { kind: 'prefix', targets: spoken.targets };
  }
  const [target] = spoken?.targets ?? [];
  const about = target === undefined ? {} : { target };
  const own = spoken === undefined ? undefined : furthest(c, subjects, afterSubject);
  const bare = furthest(c, subjects, start);
  const chosen = own !== undefined && (bare === undefined || own.end >= bare.end) ? own : bare;
  if (chosen === undefined) {
    c.reset(afterSubject);
    return { kind: 'problem', problem: undefined, ...about };
  }
  c.reset(chosen.end);
  if (chosen.made.kind === 'problem') return { kind: 'problem', problem: chosen.made.problem, ...about };
  const said =
    chosen === own && spoken !== undefined
      ? { targets: spoken.targets, words: c.between(start, afterSubject) }
      : undefined;
  return { kind: 'clause', clause: chosen.made, spoken: said };
}

function furthest(
  c: Cursor,
  subjects: readonly Subject[],
  from: number,
): { readonly made: Made; readonly end: number } | undefined {
  let best: { made: Made; end: number } | undefined;
  for (const { parse } of CLAUSES) {
    c.reset(from);
    const made = parse(c, subjects);
    if (made !== undefined && (best === undefined || c.mark() > best.end)) best = { made, end: c.mark() };
  }
  return best;
}

/** Kinds that nothing runs in: what is said of logs or restarts after them is about the rest. */
const RUNS_NOTHING: ReadonlySet<string> = new Set([
  'PersistentVolumeClaim',
  'Service',
  'ConfigMap',
  'Secret',
  'Route',
  'Ingress',
]);

/** What a clause without a subject is about. */
function unsaid(
  clause: Extract<Made, { kind: 'made' }>,
  subjects: readonly Subject[],
  prefix: Said | undefined,
  last: Said | undefined,
): Resolved {
  if (clause.implied !== 'whole')
    return last === undefined ? only(subjects) : { ok: true, target: last.targets[0] ?? whole(subjects) };
  const [before] = prefix?.targets ?? last?.targets.filter((t) => !RUNS_NOTHING.has(kindOf(t) ?? '')) ?? [];
  if (before !== undefined) return { ok: true, target: before };
  return subjects.length === 0 ? only(subjects) : { ok: true, target: whole(subjects) };
}

function withTail(
  clause: Extract<Made, { kind: 'made' }>,
  target: Target,
  subjects: readonly Subject[],
  text: string,
  tail: Trailing,
): { readonly ok: true; readonly predicate: Predicate } | { readonly ok: false; readonly error: string } {
  const { namespace, withinMs, everyNode } = tail;
  if (everyNode === true && kindOf(target) !== 'DaemonSet')
    return { ok: false, error: 'only a DaemonSet is on every node' };
  if (namespace !== undefined && isElsewhere(target, namespace)) {
    const there = target.subjects[0]?.namespace;
    return { ok: false, error: `${target.label} is in namespace ${there}, not in ${namespace}` };
  }
  const where = namespace === undefined ? target : inNamespace(target, namespace);
  const predicate = clause.make({ text, target: where, subjects });
  return { ok: true, predicate: withinMs === undefined ? predicate : withDeadline(predicate, withinMs) };
}

const missing = (why: string, words: string, subjects: readonly Subject[]): Problem => ({
  why,
  offers: () => subjects.slice(0, 4).map((subject) => `${labelOf(subject)}: ${words}`),
});
