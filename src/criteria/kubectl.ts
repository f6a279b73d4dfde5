import type { Problem } from './clause.ts';
import { compareField } from './comparisons.ts';
import { withDeadline } from './deadline.ts';
import { compactMs } from './durations.ts';
import { parseJsonPath } from './jsonpath.ts';
import { forEach, type Predicate, type Subject, type Target, together } from './predicate.ts';
import { gone, present } from './presence.ts';
import { conditionIs, isReady } from './states.ts';
import { named, only } from './subjects.ts';

export type Flag =
  | { readonly kind: 'predicate'; readonly predicate: Predicate }
  | { readonly kind: 'wrong'; readonly problem: Problem }
  | { readonly kind: 'other' };

const wrong = (
  why: string,
  offers: Problem['offers'] = () => [],
): { readonly kind: 'wrong'; readonly problem: Problem } => ({
  kind: 'wrong',
  problem: { why, offers },
});

/** A clause of time after a value that has no quotes: it is no part of the value. */
const TIMED = / (?:within|in|after|before|for) (?:\d+ ?[a-z]+$|an? [a-z]+$|[A-Z].*)/s;

/** The forms of `kubectl wait --for`: condition=…, jsonpath=…, create, delete. */
export function forFlag(text: string, value: string, target: Target): Flag {
  const made = (predicate: Predicate): Flag => ({ kind: 'predicate', predicate });
  const condition = /^condition=([\w./-]+)(?:=(\w+))?$/i.exec(value);
  if (condition !== null) {
    const [, type = '', wanted = 'True'] = condition;
    return made(forEach(text, target, (object) => conditionIs(object, type, wanted)));
  }
  if (/^jsonpath=/i.test(value)) return jsonPathFlag(text, value.slice('jsonpath='.length), target);
  if (/^created?$/i.test(value)) return made(present(text, target));
  if (/^deleted?$/i.test(value)) return made(gone(text, target));
  return { kind: 'other' };
}

function jsonPathFlag(text: string, given: string, target: Target): Flag {
  const match = /^(['"]?)(\{[^}]*\})\1(?:=(.*))?$/s.exec(given) ?? /^(['"]?)([^=[\]{}'"]+)\1(?:=(.*))?$/s.exec(given);
  const path = match === null ? undefined : parseJsonPath(match[2] ?? '');
  if (match === null || path === undefined) {
    return wrong(`${given} is no path of kubectl's (jsonpath={.status.phase}=Running)`);
  }
  const value = match[3]?.trim();
  const wanted = value?.replace(/^(["'])(.*)\1$/s, '$2');
  const timed = value !== undefined && value === wanted ? TIMED.exec(value)?.[0] : undefined;
  if (timed !== undefined) {
    return wrong(`"${timed.trim()}" is no part of a value without quotes`, () => [
      text.slice(0, text.length - timed.length),
    ]);
  }
  const operands = wanted === undefined ? [] : [{ text: wanted }];
  return {
    kind: 'predicate',
    predicate: forEach(text, target, (o) => compareField(o, path, wanted === undefined ? 'set' : '=', operands)),
  };
}

type Means = 'for' | 'namespace' | 'within' | 'nothing' | 'refused';
type FlagRow = {
  readonly names: readonly string[];
  readonly value: boolean;
  readonly means: Means;
  readonly of: 'wait' | 'rollout' | 'both';
  readonly why: string;
};

/** Every flag of kubectl wait and rollout status that is understood, and those that are refused with a reason of their own. */
export const KUBECTL_FLAGS: readonly FlagRow[] = [
  { names: ['--for'], value: true, means: 'for', of: 'wait', why: 'what must hold; several must all hold' },
  { names: ['--namespace', '-n'], value: true, means: 'namespace', of: 'both', why: 'only objects of this namespace' },
  { names: ['--timeout'], value: true, means: 'within', of: 'both', why: "a time limit of its own, beside the tool's" },
  { names: ['--watch', '-w'], value: false, means: 'nothing', of: 'rollout', why: 'it is always watched' },
  {
    names: ['--output', '-o'],
    value: true,
    means: 'nothing',
    of: 'wait',
    why: 'what is printed; the criterion does not read it',
  },
  {
    names: ['--selector', '-l'],
    value: true,
    means: 'refused',
    of: 'both',
    why: 'objects are looked at by name or by what they come of, not by labels',
  },
  {
    names: ['--all'],
    value: false,
    means: 'refused',
    of: 'wait',
    why: 'only what the plan or the bullet has is looked at, not all of a namespace',
  },
  {
    names: ['--all-namespaces', '-A'],
    value: false,
    means: 'refused',
    of: 'wait',
    why: "only the deployment's namespaces are looked at",
  },
  {
    names: ['--field-selector'],
    value: true,
    means: 'refused',
    of: 'wait',
    why: 'objects are looked at by name or by what they come of',
  },
  {
    names: ['--filename', '-f', '--kustomize', '-k'],
    value: true,
    means: 'refused',
    of: 'both',
    why: 'name the objects',
  },
  { names: ['--recursive', '-R'], value: false, means: 'refused', of: 'both', why: 'name the objects' },
  {
    names: ['--revision'],
    value: true,
    means: 'refused',
    of: 'rollout',
    why: 'it is the present revision that counts',
  },
  { names: ['--local'], value: false, means: 'refused', of: 'wait', why: 'the cluster is looked at' },
  {
    names: ['--context', '--kubeconfig', '--cluster', '--server', '-s', '--user', '--as', '--token'],
    value: true,
    means: 'refused',
    of: 'both',
    why: "it is the deployment's cluster and identity that look",
  },
];

type Command = { readonly verb: 'wait' | 'rollout'; readonly words: readonly string[] };

/** `kubectl wait …`, `oc rollout status …`, or the flags of wait alone. */
export function kubectlCommand(text: string): Command | undefined {
  const words = shellWords(text.replace(/^\$ /, ''));
  const [program = ''] = words;
  if (program === 'kubectl' || program === 'oc') {
    // Flags may stand before the verb: `kubectl -n shop wait …`.
    const at = words.findIndex(
      (word, n) => n > 0 && (word === 'wait' || (word === 'rollout' && words[n + 1] === 'status')),
    );
    const isOnlyFlags = words.slice(1, at).every((word, n, all) => word.startsWith('-') || all[n - 1]?.startsWith('-'));
    if (at === -1 || !isOnlyFlags) return undefined;
    const verb = words[at] === 'wait' ? 'wait' : 'rollout';
    return { verb, words: [...words.slice(1, at), ...words.slice(at + (verb === 'wait' ? 1 : 2))] };
  }
  return words.some((word) => word === '--for' || word.startsWith('--for=')) ? { verb: 'wait', words } : undefined;
}

/** As a shell would split them; braces of a JSONPath keep their spaces. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  let depth = 0;
  for (const c of text) {
    if (quote !== '') {
      if (c === quote) quote = '';
      // Inside braces quotes belong to the path.
      if (c !== quote && quote !== '') word = (word ?? '') + c;
      else if (depth > 0) word = (word ?? '') + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word = (word ?? '') + (depth > 0 ? c : '');
    } else if (/\s/.test(c) && depth === 0) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      if (c === '{') depth += 1;
      if (c === '}') depth = Math.max(0, depth - 1);
      word = (word ?? '') + c;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

type Read = { fors: string[]; namespace?: string; withinMs?: number; resources: string[] };

/** A kubectl command as one criterion: every flag is understood, or it is refused. */
export function readCommand(
  text: string,
  { verb, words }: Command,
  subjects: readonly Subject[],
  given: Target | undefined,
): Flag {
  const read = readFlags(verb, words);
  if ('kind' in read) return read;
  const targets = targetsOf(read, subjects, given);
  if ('kind' in targets) return targets;
  if (verb === 'wait' && read.fors.length === 0)
    return wrong('kubectl wait without --for waits for nothing', () =>
      targets.map((t) => `${t.label}: condition=Ready`),
    );
  const predicates: Predicate[] = [];
  for (const target of targets) {
    if (verb === 'rollout') predicates.push(forEach(text, target, isReady));
    for (const value of read.fors) {
      const flag = forFlag(text, value, target);
      if (flag.kind === 'other')
        return wrong(`--for=${value} is none of condition=…, jsonpath=…, create, delete`, () => [
          `${target.label}: condition=Ready`,
        ]);
      if (flag.kind === 'wrong') return flag;
      predicates.push(flag.predicate);
    }
  }
  const all = together(text, predicates);
  return { kind: 'predicate', predicate: read.withinMs === undefined ? all : withDeadline(all, read.withinMs) };
}

function readFlags(verb: Command['verb'], words: readonly string[]): Read | Extract<Flag, { kind: 'wrong' }> {
  const read: Read = { fors: [], resources: [] };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!/^-{1,2}[A-Za-z]/.test(word)) {
      read.resources.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals === -1 ? (word.startsWith('--') ? word : word.slice(0, 2)) : word.slice(0, equals);
    const row = KUBECTL_FLAGS.find((f) => f.names.includes(name) && (f.of === verb || f.of === 'both'));
    const command = verb === 'wait' ? 'kubectl wait' : 'kubectl rollout status';
    if (row === undefined) return wrong(`${name} is no flag of ${command} that is understood here`, plain(read));
    if (row.means === 'refused') return wrong(`${name} of ${command} is not taken: ${row.why}`, plain(read));
    let value = equals === -1 ? word.slice(name.length) : word.slice(equals + 1);
    if (row.value && equals === -1 && value === '') {
      i += 1;
      value = words[i] ?? '';
    }
    if (row.value && value === '') return wrong(`${name} of ${command} needs a value`, plain(read));
    if (row.means === 'for') read.fors.push(value);
    if (row.means === 'namespace') read.namespace = value;
    if (row.means !== 'within') continue;
    const ms = compactMs(value) ?? (/^\d+$/.test(value) ? Number(value) * 1000 : undefined);
    if (ms === undefined) return wrong(`--timeout=${value} is no duration like 60s`, plain(read));
    // kubectl: 0 looks once, and a negative one waits a week; both leave the limit to the tool.
    if (ms > 0) read.withinMs = ms;
  }
  return read;
}

/** The same without the flags, in our own words. */
const plain =
  (read: Read): Problem['offers'] =>
  ({ subjects }) => {
    const kind = (read.resources[0] ?? '').split('/')[0] ?? '';
    const isPods = /^(?:po|pod|pods)$/i.test(kind);
    const [first] = subjects;
    const object = first === undefined ? undefined : `${first.kind}/${first.was ?? first.name}`;
    return [isPods ? 'all pods are ready' : '', object === undefined ? '' : `${object} is ready`].filter(
      (o) => o !== '',
    );
  };

function targetsOf(
  { resources, namespace }: Read,
  subjects: readonly Subject[],
  given: Target | undefined,
): Target[] | Extract<Flag, { kind: 'wrong' }> {
  if (resources.length === 0) {
    const about = given === undefined ? only(subjects) : ({ ok: true, target: given } as const);
    return about.ok
      ? [about.target]
      : wrong(about.error, ({ subjects: all, said }) => all.map((s) => `${s.kind}/${s.was ?? s.name}: ${said}`));
  }
  const [kind = '', ...names] = resources;
  const pairs = kind.includes('/') ? resources.map((r) => r.split('/')) : names.map((name) => [kind, name]);
  if (pairs.length === 0 || pairs.some((pair) => pair.length !== 2 || pair.includes(''))) {
    return wrong(`"${resources.join(' ')}" names no object`, plain({ fors: [], resources: [kind] }));
  }
  const targets: Target[] = [];
  for (const [type = '', name = ''] of pairs) {
    const found = named(type, name, subjects, namespace);
    if (!found.ok) return wrong(found.error, plain({ fors: [], resources: [kind] }));
    targets.push(found.target);
  }
  return targets;
}
