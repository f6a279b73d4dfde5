import { unknown } from '../workflow/verdict.ts';
import { parseCel } from './cel.ts';
import type { Problem } from './clause.ts';
import { sentence } from './grammar.ts';
import { forFlag, kubectlCommand, readCommand } from './kubectl.ts';
import { explain, FORMS, nearest, type Unread } from './offers.ts';
import { type Predicate, type Subject, type Target, together } from './predicate.ts';
import { kindNamed, named, ofKind, only, type Resolved, whole } from './subjects.ts';
import { tokensOf } from './tokens.ts';

export type ParseContext = {
  /** The objects that criteria may be about. */
  readonly subjects: readonly Subject[];
};

export type Parsed =
  | { readonly ok: true; readonly predicate: Predicate; readonly predicates: readonly Predicate[] }
  | { readonly ok: false; readonly error: string };

export type AllParsed =
  | { readonly ok: true; readonly predicates: readonly Predicate[] }
  | { readonly ok: false; readonly errors: readonly string[] };

/** A criterion is a sentence, not a document. */
const LONGEST = 2000;

/** One criterion → a predicate (and its parts, where "and" joins several), or why not, with forms that would be taken. */
export function parseCriterion(text: string, { subjects }: ParseContext): Parsed {
  const bullet = text.trim().replace(/^(?:[-*•✓]|\d{1,2}[.)]|\[[ x]\])\s+/i, '');
  const clean = isCel(bullet) ? bullet : tidy(unquoted(bullet));
  if (clean === '') return { ok: false, error: 'an empty criterion' };
  if (clean.length > LONGEST) {
    const forms = nearest('', subjects).filter((form) => parseText(form, subjects).ok);
    const start = JSON.stringify(`${clean.slice(0, 80)}…`);
    return {
      ok: false,
      error: `${start} is longer than ${LONGEST} characters. Nearest forms: ${forms.slice(0, 4).join(' · ')}`,
    };
  }
  const read = parseText(clean, subjects);
  if (read.ok) return { ok: true, predicate: together(clean, read.predicates), predicates: read.predicates };
  return { ok: false, error: explain(read.unread, read.problem, (form) => parseText(form, subjects).ok) };
}

/** A list, or one text of several (lines, semicolons, " and "); every one is reported. No criterion at all is refused. */
export function parseCriteria(text: string | readonly string[], context: ParseContext): AllParsed {
  const given = (typeof text === 'string' ? [text] : text).flatMap(splitLines);
  const parsed = given.map((line) => parseCriterion(line, context));
  const errors = parsed.flatMap((p) => (p.ok ? [] : [p.error]));
  if (parsed.length === 0) return { ok: false, errors: [`no criterion is given. Forms: ${FORMS.join(' · ')}`] };
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, predicates: parsed.flatMap((p) => (p.ok ? p.predicates : [])) };
}

/** Lines, and semicolons outside quotes and brackets. */
function splitLines(text: string): string[] {
  if (isCel(text.trim())) return [text.trim()];
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.flatMap((line) => (isCel(line) ? [line] : semicolons(line))).filter((part) => part !== '');
}

/** A line that is far too long for its criteria is refused whole. */
const LONGEST_LINE = 10 * LONGEST;

function semicolons(line: string): string[] {
  if (line.length > LONGEST_LINE) return [line];
  const parts: string[] = [];
  let start = 0;
  for (const { kind, text, from, to } of tokensOf(line)) {
    if (kind !== 'sign' || (text !== ';' && text !== '&&')) continue;
    parts.push(line.slice(start, from).trim());
    start = to;
  }
  return [...parts, line.slice(start).trim()];
}

const isCel = (text: string): boolean => /^(?:[\w./-]{1,300}\s{0,5}:\s{0,5})?(?:cel|attest)\s{0,5}:/i.test(text);

/** A command written as Markdown writes code. */
const unquoted = (text: string): string => /^`((?:kubectl|oc|cel:)[^`]*)`[.!]?$/.exec(text)?.[1] ?? text;

/** What is quoted keeps its spaces. */
const tidy = (text: string): string =>
  (/["'`]/.test(text) ? text : text.replace(/\s+/g, ' ')).replace(/(?<=[^.])[.!]$/, '').trim();

type Read =
  | { readonly ok: true; readonly predicates: readonly Predicate[] }
  | { readonly ok: false; readonly problem: Problem; readonly unread: Unread };

function parseText(text: string, subjects: readonly Subject[]): Read {
  const unread = { text, body: text, rest: text, understood: '', subjects, target: undefined };
  const no = (why: string, more: Partial<Unread> = {}): Read => ({
    ok: false,
    problem: { why, offers: () => [] },
    unread: { ...unread, ...more },
  });
  const attest = /^attest\s*:\s*(\S.*)$/is.exec(text);
  if (attest !== null) return { ok: true, predicates: [attested(text, attest[1] ?? '')] };
  const { body, resolved } = prefix(text, subjects);
  if (resolved !== undefined && !resolved.ok) return no(resolved.error, { body });
  return parseBody(text, body, subjects, resolved?.target, no);
}

/** `Cluster/pg: reaches Ready state`: before the colon, which object. */
function prefix(text: string, subjects: readonly Subject[]): { body: string; resolved?: Resolved } {
  const match = /^([A-Za-z][\w.-]*)\/([\w.-]+)\s?:\s*(\S.*)$/s.exec(text);
  if (match !== null)
    return { body: (match[3] ?? '').trim(), resolved: named(match[1] ?? '', match[2] ?? '', subjects) };
  const kind = /^([A-Z][\w.-]*)\s?:\s+(\S.*)$/s.exec(text);
  const known = kind === null ? undefined : kindNamed(kind[1] ?? '', subjects);
  if (kind !== null && known !== undefined)
    return { body: kind[2] ?? '', resolved: { ok: true, target: ofKind(known, subjects) } };
  return { body: text };
}

function parseBody(
  text: string,
  body: string,
  subjects: readonly Subject[],
  given: Target | undefined,
  no: (why: string, more?: Partial<Unread>) => Read,
): Read {
  const cel = /^cel\s*:\s*(\S.*)$/is.exec(body);
  if (cel !== null) return celBody(text, cel[1] ?? '', subjects, given, no);
  const command = kubectlCommand(body);
  const isFlag = /^(?:condition|jsonpath)=|^(?:create|delete)d?$/i.test(body);
  const unread: Unread = { text, body, rest: body, understood: '', subjects, target: given };
  if (command !== undefined || isFlag) {
    const about: Resolved = given === undefined ? only(subjects) : { ok: true, target: given };
    if (command === undefined && !about.ok) {
      const offers = () => subjects.slice(0, 4).map((s) => `${s.kind}/${s.was ?? s.name}: ${body}`);
      return { ok: false, problem: { why: about.error, offers }, unread };
    }
    const read =
      command !== undefined
        ? readCommand(text, command, subjects, given)
        : about.ok
          ? forFlag(text, body, about.target)
          : undefined;
    if (read?.kind === 'predicate') return { ok: true, predicates: [read.predicate] };
    if (read?.kind === 'wrong') return { ok: false, problem: read.problem, unread };
  }
  const said = sentence(body, subjects, given);
  if (said.ok) {
    const [first, second] = said.predicates;
    // One criterion is shown as it was written, with what stood before the colon.
    return {
      ok: true,
      predicates: first !== undefined && second === undefined ? [{ ...first, text }] : said.predicates,
    };
  }
  return {
    ok: false,
    problem: said.problem,
    unread: { ...unread, rest: said.rest, understood: said.understood, target: said.target ?? given },
  };
}

function celBody(
  text: string,
  expression: string,
  subjects: readonly Subject[],
  given: Target | undefined,
  no: (why: string) => Read,
): Read {
  const all: Resolved = { ok: true, target: given ?? whole(subjects) };
  const about = /\bobject\b/.test(expression) && given === undefined ? only(subjects) : all;
  if (!about.ok) return no(about.error);
  const parsed = parseCel(text, expression, about.target);
  return parsed.ok ? { ok: true, predicates: [parsed.predicate] } : no(parsed.error);
}

/** For a person: nothing that is looked at can settle it. */
function attested(text: string, what: string): Predicate {
  return {
    text,
    target: { label: 'a person', subjects: [] },
    needs: [{ kind: 'person', what }],
    holds: () => unknown('NeedsPerson', `a person has to confirm: ${what}`),
  };
}
