import { FORMS } from './nearest.ts';
import { isCel, type ParseContext, type Parsed, parseCriterion, prefix, subjectOf } from './parse.ts';
import type { Predicate } from './predicate.ts';

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
  if (isCel(text.trim())) return [text.trim()];
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
