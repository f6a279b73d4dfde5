import { unknown } from '../workflow/verdict.ts';
import { parseCel } from './cel.ts';
import { forFlag, waitCommand } from './kubectl.ts';
import { FORMS, nearest } from './nearest.ts';
import type { Predicate, Subject, Target } from './predicate.ts';
import { SENTENCES } from './sentences.ts';
import { kindNamed, list, named, ofKind, only, type Resolved, whole } from './subjects.ts';

export type ParseContext = {
  /** The objects that criteria may be about. */
  readonly subjects: readonly Subject[];
};

export type Parsed =
  | { readonly ok: true; readonly predicate: Predicate }
  | { readonly ok: false; readonly error: string };

/** One criterion → a predicate, or why not, with the nearest forms. */
export function parseCriterion(text: string, { subjects }: ParseContext): Parsed {
  const clean = text
    .trim()
    .replace(/^[-*•]\s+/, '')
    .replace(/\s+/g, ' ')
    .replace(/[.!]$/, '')
    .trim();
  if (clean === '') return { ok: false, error: 'an empty criterion' };
  const attest = /^attest\s*:\s*(.+)$/i.exec(clean);
  if (attest !== null) return { ok: true, predicate: attested(clean, attest[1] ?? '') };
  const { body, resolved } = prefix(clean, subjects);
  if (resolved !== undefined && !resolved.ok) return { ok: false, error: `"${clean}": ${resolved.error}` };
  return parseBody(clean, body, subjects, resolved?.target);
}

/** `Cluster/pg: reaches Ready state`: before the colon, which object. */
function prefix(text: string, subjects: readonly Subject[]): { body: string; resolved?: Resolved } {
  const match =
    /^([A-Za-z][\w.-]*)\/([\w.-]+)\s*:\s+(.+)$/.exec(text) ?? /^([A-Za-z][\w.-]*)\/([\w.-]+):(.+)$/.exec(text);
  if (match !== null)
    return { body: (match[3] ?? '').trim(), resolved: named(match[1] ?? '', match[2] ?? '', subjects) };
  const kind = /^([A-Z][\w.-]*)\s*:\s+(.+)$/.exec(text);
  const known = kind === null ? undefined : kindNamed(kind[1] ?? '', subjects);
  if (kind !== null && known !== undefined)
    return { body: kind[2] ?? '', resolved: { ok: true, target: ofKind(known, subjects) } };
  return { body: text };
}

function parseBody(text: string, body: string, subjects: readonly Subject[], given: Target | undefined): Parsed {
  const cel = /^cel\s*:\s*(.+)$/is.exec(body);
  if (cel !== null) {
    const expression = cel[1] ?? '';
    const about = /\bobject\b/.test(expression)
      ? given === undefined
        ? only(subjects)
        : { ok: true as const, target: given }
      : { ok: true as const, target: given ?? whole(subjects) };
    return about.ok ? parseCel(text, expression, about.target) : { ok: false, error: `"${text}": ${about.error}` };
  }
  const wait = waitCommand(body);
  const flag = wait?.flag ?? body;
  if (wait !== undefined || /^(condition|jsonpath)=|^(create|delete)d?$/i.test(flag)) {
    const about: Resolved =
      given !== undefined
        ? { ok: true, target: given }
        : wait?.subject !== undefined
          ? named(wait.subject.kind, wait.subject.name, subjects)
          : only(subjects);
    if (!about.ok) return { ok: false, error: `"${text}": ${about.error}` };
    const made = forFlag(text, flag, about.target);
    if (made.kind === 'predicate') return { ok: true, predicate: made.predicate };
    if (made.kind === 'wrong') return { ok: false, error: `"${text}": ${made.error}` };
  }
  return sentence(text, body, subjects, given);
}

/** The sentence's own subject, if it has one, and what is said of it. */
function sentence(text: string, body: string, subjects: readonly Subject[], given: Target | undefined): Parsed {
  const spoken = subjectOf(body, subjects);
  if (spoken !== undefined && !spoken.resolved.ok) return { ok: false, error: `"${text}": ${spoken.resolved.error}` };
  const spokenTarget = spoken?.resolved.ok ? spoken.resolved.target : undefined;
  const tries: (readonly [string, Target | undefined])[] = [
    ...(spoken === undefined || spokenTarget === undefined ? [] : [[spoken.rest, spokenTarget] as const]),
    [body, given],
  ];
  let wanting: string | undefined;
  for (const [words, target] of tries) {
    for (const { when, make } of SENTENCES) {
      const match = when.exec(words);
      if (match === null) continue;
      const about: Resolved = target !== undefined ? { ok: true, target } : implied(words, subjects);
      if (!about.ok) {
        wanting ??= about.error;
        continue;
      }
      const predicate = make({ text, target: about.target, subjects }, match);
      if (predicate !== undefined) return { ok: true, predicate };
    }
  }
  if (wanting !== undefined) return { ok: false, error: `"${text}": ${wanting}` };
  return {
    ok: false,
    error: `"${text}" is not understood. Nearest forms: ${nearest(body).join(' · ')}. About: ${list(subjects)}`,
  };
}

/** What a sentence without a subject is about: all of it for logs, restarts, images and events; else the only object. */
function implied(words: string, subjects: readonly Subject[]): Resolved {
  if (subjects.length > 0 && /^(?:the )?(?:logs?|no |zero |0 |images?|containers?|all )/i.test(words))
    return { ok: true, target: whole(subjects) };
  return only(subjects);
}

/** `Pod web …`, `the Deployment/web …`, `PVC …`, `web …`. */
function subjectOf(body: string, subjects: readonly Subject[]): { rest: string; resolved: Resolved } | undefined {
  const words = body.replace(/^(?:the|a|an|every|each|all|my|our)\s+/i, '');
  const slashed = /^([A-Za-z][\w.-]*)\/([\w.-]+)\s+(.+)$/s.exec(words);
  if (slashed !== null)
    return { rest: slashed[3] ?? '', resolved: named(slashed[1] ?? '', slashed[2] ?? '', subjects) };
  for (const count of [2, 1]) {
    const match = new RegExp(`^((?:\\S+\\s+){${count - 1}}\\S+)\\s+(.+)$`, 's').exec(words);
    const kind = match === null ? undefined : kindNamed(match[1] ?? '', subjects);
    if (match === null || kind === undefined) continue;
    const rest = match[2] ?? '';
    const next = /^["'`]?([a-z0-9][\w.-]*)["'`]?\s+(.+)$/s.exec(rest);
    const own =
      next === null ? undefined : subjects.find((s) => s.kind === kind && (s.was === next[1] || s.name === next[1]));
    if (own !== undefined && next !== null) return { rest: next[2] ?? '', resolved: named(kind, own.name, subjects) };
    return { rest, resolved: { ok: true, target: ofKind(kind, subjects) } };
  }
  const first = /^["'`]?([\w.-]+)["'`]?\s+(.+)$/s.exec(words);
  const called = subjects.filter((s) => s.was === first?.[1] || s.name === first?.[1]);
  const [one] = called;
  if (first !== null && one !== undefined && called.length === 1)
    return { rest: first[2] ?? '', resolved: named(one.kind, one.name, subjects) };
  return undefined;
}

/** For a person: nothing that is looked at can settle it. */
function attested(text: string, what: string): Predicate {
  const target: Target = { label: 'a person', subjects: [] };
  return {
    text,
    target,
    needs: [{ kind: 'person', what }],
    holds: () => unknown('NeedsPerson', `a person has to confirm: ${what}`),
  };
}

export type AllParsed =
  | { readonly ok: true; readonly predicates: readonly Predicate[] }
  | { readonly ok: false; readonly errors: readonly string[] };

/** A list, or one text of several (lines, semicolons, " and "); every one is reported. No criterion at all is refused. */
export function parseCriteria(text: string | readonly string[], context: ParseContext): AllParsed {
  const given = (typeof text === 'string' ? [text] : text).flatMap(splitLines);
  const parsed = given.flatMap((line) => several(line, context));
  const errors = parsed.flatMap((p) => (p.ok ? [] : [p.error]));
  if (parsed.length === 0) return { ok: false, errors: [`no criterion is given. Forms: ${FORMS.join(' · ')}`] };
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, predicates: parsed.flatMap((p) => (p.ok ? [p.predicate] : [])) };
}

/** Parts outside quotes, brackets and braces. */
function split(text: string, at: RegExp): string[] {
  const parts: string[] = [];
  let [quote, depth, start] = ['', 0, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const apostrophe = c === "'" && /\w/.test(text.charAt(i - 1)) && /\w/.test(text.charAt(i + 1));
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (c === '"' || c === '`' || (c === "'" && !apostrophe)) quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth = Math.max(0, depth - 1);
    else if (depth === 0) {
      const match = at.exec(text.slice(i));
      if (match !== null) {
        parts.push(text.slice(start, i));
        i += match[0].length - 1;
        start = i + 1;
      }
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
}

const splitLines = (text: string): string[] => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.flatMap((line) => split(line, /^;/));
};

/** " and " joins criteria where each part is one; otherwise it belongs to the text ("logs contain ready and waiting"). */
function several(line: string, context: ParseContext): Parsed[] {
  if (/^(?:[\w./-]+:\s*)?(?:cel|attest)\s*:/i.test(line)) return [parseCriterion(line, context)];
  const parts = split(line, /^(?:,? and |, (?=[A-Z][\w/]* |logs? |no \w|\d+ ))/);
  if (parts.length < 2) return [parseCriterion(line, context)];
  const before = /^([A-Za-z][\w.-]*(?:\/[\w.-]+)?)\s*:\s+/.exec(line)?.[1];
  const spoken = before === undefined ? spokenSubject(parts[0] ?? '', context) : undefined;
  const carried = before ?? spoken;
  const each = parts.map((part, i) => {
    const own = parseCriterion(part, context);
    if (i === 0 || carried === undefined || saysWhat(part, context)) return own;
    const about = parseCriterion(`${carried}: ${part}`, context);
    return about.ok ? about : own;
  });
  if (each.every((p) => p.ok)) return each;
  const one = parseCriterion(line, context);
  return one.ok ? [one] : each;
}

/** It names its own object. */
const saysWhat = (part: string, { subjects }: ParseContext): boolean =>
  prefix(part, subjects).resolved !== undefined || subjectOf(part, subjects) !== undefined;

/** "Pod reaches Running state and is ready": the second part is about the Pod, too. */
function spokenSubject(part: string, { subjects }: ParseContext): string | undefined {
  const spoken = subjectOf(part, subjects);
  if (spoken === undefined || !spoken.resolved.ok) return undefined;
  const { subjects: own, kind } = spoken.resolved.target;
  const [first, second] = own;
  if (first === undefined) return kind;
  return second === undefined ? `${first.kind}/${first.name}` : first.kind;
}
