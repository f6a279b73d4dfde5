import { shortened } from '../workflow/shortened.ts';
import { about, celState, conditionNamed } from './cel-forms.ts';
import type { Problem } from './clause.ts';
import { CLAUSES } from './grammar.ts';
import type { Subject, Target } from './predicate.ts';
import { STATES } from './states.ts';

/** The ways that are always there, whatever a criterion is about. */
export const OTHER_FORMS: readonly { readonly form: string; readonly means: string }[] = [
  {
    form: 'condition=Ready',
    means: 'what `kubectl wait --for=` takes, alone: a condition, with `=False` for another status',
  },
  { form: 'jsonpath={.status.phase}=Running', means: 'the same for a field; without a value, that it is set' },
  { form: 'create', means: 'it exists' },
  { form: 'delete', means: 'it is gone' },
  { form: 'kubectl rollout status deployment/web', means: 'the command itself; every flag is understood or refused' },
  {
    form: 'cel: object.status.readyReplicas == object.spec.replicas',
    means: 'a CEL expression over `object` and `objects` (all that is seen); not, or, arithmetic; without `matches()`',
  },
  { form: 'attest: the login page shows the new logo', means: 'what a person confirms; in plans only' },
];

/** Every form, as it is written: `{object}` stands for a subject. */
export const FORMS: readonly string[] = [
  ...new Set(CLAUSES.flatMap((clause) => clause.forms)),
  ...OTHER_FORMS.map(({ form }) => form),
];

const MOST = 4;

export type Unread = {
  readonly text: string;
  /** The text without `Kind/name:` before it. */
  readonly body: string;
  readonly rest: string;
  /** What was understood before the rest. */
  readonly understood: string;
  readonly subjects: readonly Subject[];
  readonly target: Target | undefined;
};

type Meant = {
  readonly when: RegExp;
  readonly why: string;
  readonly offers: (unread: Unread, match: RegExpExecArray) => readonly string[];
};

const clauses = ({ understood, rest }: Unread, joint: string): string[] => {
  const after = rest
    .slice(joint.length)
    .replace(/^\s*(?:that |,)?\s*/, '')
    .trim();
  return [understood, after].filter((part) => part !== '');
};

const service = (subjects: readonly Subject[]): string[] =>
  subjects
    .filter((s) => s.kind === 'Service')
    .slice(0, 1)
    .map((s) => `Service/${s.was ?? s.name} has endpoints`);
const ready = (subjects: readonly Subject[]): string[] =>
  subjects
    .filter((s) => s.kind !== 'Service')
    .slice(0, 1)
    .map((s) => `${s.kind}/${s.was ?? s.name} is ready`);
const kindOfTarget = (target: Target | undefined, subjects: readonly Subject[]) =>
  target?.kind ?? target?.subjects[0]?.kind ?? subjects[0]?.kind;

/** What people mean by what the grammar has no words for, and the form that does it. The first that fits is taken. */
export const MEANT: readonly Meant[] = [
  {
    when: /\b(?:https?|curl|wget|url|status code|200|2xx|responds?|responding|response|returns?|answers?|serves?|serving|reachable|accessible|listens?|listening on|port \d+|health ?check|ping|login|log in|query|queries|connects?|connection|dns|resolves?|tls handshake|exit code|exits? (?:with )?0|kubectl (?:get|exec|logs|describe|run|port-forward)|oc (?:get|exec))\b/i,
    why: 'what something answers is seen by validation_commands of the plan (curl -fsS http://…), or, in a bullet, by a readinessProbe in its spec',
    offers: ({ subjects }) => [
      ...service(subjects),
      ...ready(subjects),
      ...subjects.slice(0, 1).map((s) => `${s.kind}/${s.was ?? s.name}: condition=Ready`),
    ],
  },
  {
    when: /^(?:after|once|when|before|until|till|while|if|unless|as soon as|as long as|by the time)\b/i,
    why: 'the order of things is not judged; both may be asked for, and what must be first belongs in an earlier phase',
    offers: (unread, match) => clauses(unread, match[0]),
  },
  {
    when: /^(?:for)\b/i,
    why: 'that it lasts is not measured: a gate looks twice, and restarts are counted',
    offers: (unread) => [unread.understood, 'no restarts'].filter((f) => f !== ''),
  },
  {
    when: /^(?:or|xor|\/)\b|^\/ /i,
    why: '"or" between whole criteria is written in CEL',
    offers: (unread) => either(unread),
  },
  {
    when: /\b(?:matches|regex|regexp|like)\b/i,
    why: 'there are no regular expressions; a field is compared with starts with, ends with, contains',
    offers: ({ target, subjects }) => [
      `${about(target, subjects)}status.phase starts with Run`,
      `${about(target, subjects)}cel: object.metadata.name.startsWith("a") && has(object.status)`,
    ],
  },
  {
    when: /\b(?:not|never|no|none|without|isn't|aren't|doesn't|don't|cannot|can't)\b/i,
    why: '"not" is written in CEL, and of a field with "is not"',
    offers: ({ target, subjects }) => {
      const before = about(target, subjects);
      return [
        `${before}status.phase is not Failed`,
        `${before}cel: has(object.status.conditions) && !object.status.conditions.exists(c, c.type == "Failed" && c.status == "True")`,
      ];
    },
  },
];

/** `X or Y` where each is a state: in CEL, over everything that is seen. */
function either({ understood, rest, target, subjects }: Unread): string[] {
  const words = [understood, rest.replace(/^\S+\s*/, '')].map((part) =>
    [...STATES.keys()].find((state) => new RegExp(`\\b${state}\\b`, 'i').test(part)),
  );
  const kind = kindOfTarget(target, subjects);
  const types = [...new Set(words.map((word) => conditionNamed(word ?? 'ready')))];
  return [
    `cel: objects.exists(o, has(o.status) && has(o.status.conditions) && o.status.conditions.exists(c, c.type in ${JSON.stringify(types)} && c.status == "True"))`,
    `${about(target, subjects)}cel: ${words.map((word) => `(${celState(word ?? 'ready', kind, 'object')})`).join(' || ')}`,
  ];
}

/** Why a text isn't taken, and ways to write what was meant; only such that `accepted` takes. */
export function explain(unread: Unread, problem: Problem, accepted: (form: string) => boolean): string {
  const { text, body, rest, understood, subjects, target } = unread;
  const quoted = JSON.stringify(cut(text));
  if (problem.why !== '') {
    const forms = chooseFirst([problem.offers({ subjects, target, said: body }), nearest(body, subjects)], accepted);
    return `${quoted}: ${problem.why}. ${forms.length === 0 ? '' : `Write: ${forms.join(' · ')}`}`.trim();
  }
  const meant = MEANT.flatMap(({ when, why, offers }) => {
    const match = when.exec(
      understood === '' || when.source.startsWith('\\b') ? (understood === '' ? body : rest) : rest,
    );
    return match === null ? [] : [{ why, offers: offers(unread, match) }];
  })[0];
  const where =
    understood === '' || rest === body ? 'is not understood' : `is not understood from ${JSON.stringify(cut(rest))} on`;
  if (meant !== undefined) {
    const forms = chooseFirst([meant.offers, nearest(body, subjects)], accepted);
    return `${quoted} ${where}: ${meant.why}. Write: ${forms.join(' · ')}`;
  }
  const forms = choose([understood, ...nearest(body, subjects)], accepted);
  return `${quoted} ${where}. Nearest forms: ${forms.join(' · ')}. About: ${subjects.length === 0 ? 'nothing' : subjects.map((s) => `${s.kind}/${s.was ?? s.name}`).join(', ')}`;
}

const cut = (text: string): string => shortened(text, 200);

function choose(forms: readonly string[], accepted: (form: string) => boolean): string[] {
  const chosen: string[] = [];
  for (const form of new Set(forms)) {
    if (chosen.length === MOST) break;
    if (form !== '' && !chosen.includes(form) && accepted(form)) chosen.push(form);
  }
  return chosen;
}

/** What would do what was meant; only where nothing of it can be said here, what is nearest. */
function chooseFirst(lists: readonly (readonly string[])[], accepted: (form: string) => boolean): string[] {
  for (const forms of lists) {
    const chosen = choose(forms, accepted);
    if (chosen.length > 0) return chosen;
  }
  return [];
}

/** The forms that share most with a text, words first, then letters, written about the objects that there are. */
export function nearest(text: string, subjects: readonly Subject[]): string[] {
  const [only] = subjects;
  if (only === undefined) return [`attest: ${text.replace(/\s+/g, ' ').slice(0, 80)}`];
  const mentioned =
    subjects.find((s) => text.includes(s.was ?? s.name)) ??
    subjects.find((s) => text.toLowerCase().includes(s.kind.toLowerCase())) ??
    only;
  const isAlone = subjects.filter((s) => s.kind === mentioned.kind).length === 1;
  const object = isAlone ? mentioned.kind : `${mentioned.kind}/${mentioned.was ?? mentioned.name}`;
  const isThere = /exist|gone|delet|remov|creat/i.test(text);
  const written = FORMS.filter((form) => isThere || !['create', 'delete'].includes(form)).map((form) => ({
    form: concrete(form, object, mentioned, subjects),
    score: likeness(text.toLowerCase(), form.toLowerCase()),
  }));
  const sorted = written.sort((a, b) => b.score - a.score).map((s) => s.form);
  // What always does.
  return [...sorted.slice(0, 12), `${mentioned.kind}/${mentioned.was ?? mentioned.name}: condition=Ready`];
}

function concrete(form: string, object: string, subject: Subject, subjects: readonly Subject[]): string {
  if (form.startsWith('{service}')) return form.replace('{service}', subject.kind === 'Service' ? object : '{service}');
  if (form.startsWith('{object}')) return form.replace('{object}', object);
  const bare = /^(?:condition=|jsonpath=|create|delete|cel:)/.test(form);
  return bare && subjects.length > 1 ? `${subject.kind}/${subject.was ?? subject.name}: ${form}` : form;
}

function likeness(a: string, b: string): number {
  const [words, others] = [wordsOf(a), wordsOf(b)];
  const shared = [...words].filter((w) => others.has(w)).length;
  const [pairs, otherPairs] = [pairsOf(a), pairsOf(b)];
  const sharedPairs = [...pairs].filter((p) => otherPairs.has(p)).length;
  return shared * 2 + (2 * sharedPairs) / Math.max(1, pairs.size + otherPairs.size);
}

const wordsOf = (text: string): Set<string> => new Set(text.split(/[^a-z]+/).filter((w) => w.length > 2));

const pairsOf = (text: string): Set<string> => {
  const letters = text.replace(/[^a-z=.]/g, '').slice(0, 200);
  return new Set([...letters].slice(1).map((c, i) => `${letters.charAt(i)}${c}`));
};
