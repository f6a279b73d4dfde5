import { SENTENCES } from './sentences.ts';

/** Every form that is understood, as it is written. */
export const FORMS: readonly string[] = [
  ...new Set(SENTENCES.map((s) => s.form)),
  'condition=Ready',
  'condition=Ready=False',
  'jsonpath={.status.phase}=Running',
  'create',
  'delete',
  'Kind/name: …',
  'cel: object.status.readyInstances == object.spec.instances',
  'attest: what a person confirms',
];

const MOST = 4;

/** The forms that share most with a text: words first, then letters. */
export function nearest(text: string): string[] {
  const scored = FORMS.map((form) => ({ form, score: likeness(text.toLowerCase(), form.toLowerCase()) }));
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map((s) => s.form);
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
