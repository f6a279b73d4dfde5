import { unknown } from '../workflow/index.ts';
import { ACCESS } from './configuration/access.ts';
import { CAPACITY } from './configuration/capacity.ts';
import { NETWORK } from './configuration/network.ts';
import { ANY_OBJECT, OBJECTS } from './configuration/objects.ts';
import { SECURITY } from './configuration/security.ts';
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

/** Those that share most words with a sentence first. */
function nearestForms(sentence: string): string[] {
  const words = wordsOf(sentence);
  return FORMS.map((form) => ({ form, shared: wordsOf(form).filter((word) => words.includes(word)).length }))
    .sort((a, b) => b.shared - a.shared)
    .map(({ form }) => form);
}

const NEAREST = 4;
/** Generated from REQUIREMENTS (npm run docs). */
export const FORMS_PAGE = 'docs/reference/requirements.md';

const COMMON = new Set(['a', 'an', 'and', 'exists', 'in', 'is', 'name', 'of', 'the', 'with']);
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
      suggestion: `say it as one of: ${nearestForms(sentence).slice(0, NEAREST).join('; ')}. All forms: ${FORMS_PAGE}`,
    };
  }
  const { requirement, match } = found;
  return { subject, asked: requirement.asks, ...(await requirement.check(world, match)) };
}
