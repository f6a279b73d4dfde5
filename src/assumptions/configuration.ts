import { unknown } from '../workflow/index.ts';
import { ACCESS } from './configuration/access.ts';
import { CAPACITY } from './configuration/capacity.ts';
import { NETWORK } from './configuration/network.ts';
import { ANY_OBJECT, OBJECTS } from './configuration/objects.ts';
import { SECURITY } from './configuration/security.ts';
import { saidOtherwise } from './configuration/spoken.ts';
import { STORAGE } from './configuration/storage.ts';
import type { Requirement } from './configuration/table.ts';
import { VERSIONS } from './configuration/versions.ts';
import { bare, type Finding, type Misnamed, type Named } from './finding.ts';
import type { World } from './world.ts';

/** The sentences that are recognised; the first that fits counts. */
const REQUIREMENTS: readonly Requirement[] = [
  ...STORAGE,
  ...NETWORK,
  ...CAPACITY,
  ...ACCESS,
  ...VERSIONS,
  ...SECURITY,
  ...OBJECTS,
  ...ANY_OBJECT,
];

/** Every form that is understood, as it may be written. */
export const FORMS: readonly string[] = REQUIREMENTS.map((requirement) => requirement.form);

/** For the reference: each form, and what it asks of the cluster. */
export const FORM_TABLE: readonly { readonly form: string; readonly asks: string }[] = REQUIREMENTS.map(
  ({ form, asks }) => ({ form, asks }),
);

const plain = (text: string) =>
  text
    .trim()
    .replace(/^configuration:/, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/(?<![.;!])[.;!]+$/, '');

function recognise(sentence: string) {
  const asWritten = formOf(sentence);
  if (asWritten !== undefined) return asWritten;
  for (const said of saidOtherwise(sentence)) {
    const found = formOf(said);
    if (found !== undefined) return found;
  }
  return undefined;
}

function formOf(sentence: string) {
  for (const requirement of REQUIREMENTS) {
    const match = requirement.pattern.exec(sentence);
    if (match !== null) return { requirement, match };
  }
  return undefined;
}

const LONGEST = 500;

/** Two ways of saying one requirement have one subject; a sentence nobody recognises keeps its words. */
export function configurationSubject(text: string): Named | Misnamed {
  const sentence = plain(text);
  if (sentence === '') return { ok: false, message: 'an empty sentence is not a requirement' };
  if (sentence.length > LONGEST)
    return { ok: false, message: `a requirement is one sentence of at most ${LONGEST} characters` };
  const found = recognise(sentence);
  const canonical = found === undefined ? sentence : found.requirement.canonical(found.match);
  return { ok: true, subject: `configuration:${canonical}`, name: text.trim() };
}

/** Those that share words of weight with a sentence, the most first; a form that shares none is no hint. */
function nearestForms(sentence: string): string[] {
  const words = wordsOf(sentence);
  return FORMS.map((form) => ({ form, shared: wordsOf(form).filter((word) => words.includes(word)).length }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared)
    .map(({ form }) => form);
}

/** What to write instead: the likely forms, where there are any, and the page of all. */
function instead(sentence: string): string {
  const operator = /^(?:the )?([A-Za-z][-\w.]*)(?: operator)?(?: is)? (?:installed|running|deployed|operator)$/i.exec(
    sentence,
  )?.[1];
  const page = `All forms: ${FORMS_PAGE}`;
  if (operator !== undefined) return `name it under operators: operators: [${operator}]. ${page}`;
  const forms = nearestForms(sentence).slice(0, NEAREST);
  return forms.length === 0 ? page : `say it as one of: ${forms.join('; ')}. ${page}`;
}

const NEAREST = 3;
/** Generated from REQUIREMENTS (npm run docs). */
export const FORMS_PAGE = 'docs/reference/requirements.md';

/** Words that say nothing about what is required. */
const COMMON = new Set(
  'a all also an and any available be can exist free full gi has have in into is key kind may name need no not of on or resource say support supported that the there to use verb with'.split(
    ' ',
  ),
);
const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^a-z]+/)
    .map((word) => word.replace(/s$/, ''))
    .filter((word) => word.length > 1 && !COMMON.has(word));

export async function checkConfiguration(world: World, subject: string): Promise<Finding> {
  const sentence = bare(subject);
  const found = recognise(sentence);
  if (found === undefined) {
    return {
      subject,
      asked: `does "${sentence}" hold?`,
      evidence: { forms: FORMS },
      verdict: unknown('NotRecognised', `"${sentence}" is not a form that can be checked`),
      suggestion: instead(sentence),
    };
  }
  const { requirement, match } = found;
  return { subject, asked: requirement.asks, ...(await requirement.check(world, match)) };
}
