import { unknown } from '../workflow/verdict.ts';
import { parseCel } from './cel.ts';
import { forFlag, waitCommand } from './kubectl.ts';
import { nearest } from './nearest.ts';
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
  const bullet = text.trim().replace(/^[-*•]\s+/, '');
  const clean = isCel(bullet) ? bullet : tidy(bullet);
  if (clean === '') return { ok: false, error: 'an empty criterion' };
  const attest = /^attest\s*:\s*(.+)$/i.exec(clean);
  if (attest !== null) return { ok: true, predicate: attested(clean, attest[1] ?? '') };
  const { body, resolved } = prefix(clean, subjects);
  if (resolved !== undefined && !resolved.ok) return { ok: false, error: `"${clean}": ${resolved.error}` };
  return parseBody(clean, body, subjects, resolved?.target);
}

export const isCel = (text: string): boolean => /^(?:[\w./-]+\s*:\s*)?cel\s*:/i.test(text);

/** What is quoted keeps its spaces. */
const tidy = (text: string): string =>
  (/["'`]/.test(text) ? text : text.replace(/\s+/g, ' ')).replace(/[.!]$/, '').trim();

/** `Cluster/pg: reaches Ready state`: before the colon, which object. */
export function prefix(text: string, subjects: readonly Subject[]): { body: string; resolved?: Resolved } {
  const match =
    /^([A-Za-z][\w.-]*)\/([\w.-]+)\s*:\s+(.+)$/s.exec(text) ?? /^([A-Za-z][\w.-]*)\/([\w.-]+):(.+)$/s.exec(text);
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
  const heard = spoken?.resolved.ok ? spoken.resolved.target : undefined;
  // `Deployment/web: Deployment available` speaks of that one, not of every Deployment.
  const repeats = heard !== undefined && given !== undefined && kindOf(heard) === kindOf(given);
  const spokenTarget = repeats ? given : heard;
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

const kindOf = (target: Target): string | undefined => target.kind ?? target.subjects[0]?.kind;

/** What a sentence without a subject is about: all of it for logs, restarts, images and events; else the only object. */
function implied(words: string, subjects: readonly Subject[]): Resolved {
  if (subjects.length > 0 && /^(?:the )?(?:logs?|no |zero |0 |images?|containers?|all )/i.test(words))
    return { ok: true, target: whole(subjects) };
  return only(subjects);
}

/** `Pod web …`, `the Deployment/web …`, `PVC …`, `web …`. */
export function subjectOf(
  body: string,
  subjects: readonly Subject[],
): { rest: string; resolved: Resolved } | undefined {
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
