import type { z } from 'zod';
import type { Run } from '../engine/tool.ts';
import { learningsOf, titleKey, usesOf } from '../report/index.ts';
import { type Found, LIBRARY } from '../state/index.ts';
import type { learning } from './schema.ts';

export type Offered = z.infer<typeof learning>;

/** What of a run is asked here. */
type Asked = Pick<Run, 'notes' | 'search'>;

const MOST = 5;

/**
 * What earlier runs taught about a situation, best first: of the same component, then by full-text search over title,
 * situation, advice and tags. Each once; none that a later run contradicted. `words` may be CamelCase reasons.
 */
export async function learningsFor(
  run: Asked,
  about: { component?: string; words: readonly string[] },
): Promise<Offered[]> {
  const judgements = await run.notes('judgement');
  const uses = usesOf(judgements);
  const own =
    about.component === undefined ? [] : learningsOf(await run.notes('learning', about.component), judgements);
  const found = await run.search(about.words.map(apart).join(' '));
  const offered = new Map<string, Offered>();
  for (const { deployment, title, text } of [...own.toReversed(), ...found.map(withTitle)]) {
    const key = titleKey(title);
    const { used, helped: times, retired } = uses(title);
    if (offered.has(key) || retired) continue;
    const helped = used === 0 ? 'not tried yet' : `${times} of ${used} times`;
    offered.set(key, { title, text, deployment, helped });
  }
  return [...offered.values()].slice(0, MOST);
}

/** What was searched is the learning's lines, its title first. One that was imported has its advice for a text. */
const withTitle = ({ deployment, text, fact }: Found) => ({
  deployment,
  title: text.split('\n')[0] ?? '',
  text: deployment === LIBRARY ? text.replaceAll('\n', ' · ') : (textOf(fact) ?? text),
});

const textOf = (fact: unknown): string | undefined =>
  typeof fact === 'object' && fact !== null && 'text' in fact && typeof fact.text === 'string' ? fact.text : undefined;

/** `ExceededQuota` is found by "quota". */
const apart = (word: string): string => word.replace(/([a-z0-9])([A-Z])/g, '$1 $2');

/** Every deployment has these; that a learning names one says nothing. */
const COMMON_KINDS = ['Deployment', 'Pod', 'Service'];

/**
 * What earlier runs taught about a failure: its reason, the kinds it names, the image registries it is about. Undefined
 * when nothing failed or nothing was learnt.
 */
export async function learningsOn(
  run: Asked,
  failure: { reason: string; message: string; about?: readonly string[] } | undefined,
): Promise<readonly Offered[] | undefined> {
  if (failure === undefined) return undefined;
  const kinds = [...failure.message.matchAll(/\b([A-Z][A-Za-z]+)\/[a-z0-9]/g)].map((match) => match[1] ?? '');
  const registries = (failure.about ?? []).flatMap((subject) => /^image:([^/]+)\//.exec(subject)?.[1] ?? []);
  const reason = wordsOf(failure.reason).filter((word) => !SAYS_NOTHING.has(word));
  const terms = [...reason, ...kinds.filter((kind) => !COMMON_KINDS.includes(kind)), ...registries];
  // The search takes any word; what shares only a word that every failure has would be noise beside this one.
  const learnings = (await learningsFor(run, { words: terms }))
    .filter(({ title, text }) => terms.some((term) => mentions(`${title} ${text}`, term)))
    .slice(0, MOST_AT_FAILURE);
  return learnings.length === 0 ? undefined : learnings;
}

/** Words of reasons that say nothing of the cause. */
const SAYS_NOTHING = new Set(
  'command container error fail failed failing found image is missing no not of phase pod ready timed timeout unknown'.split(
    ' ',
  ),
);

const wordsOf = (text: string): string[] =>
  apart(text)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** Where a word of it begins; `quotas` is about a quota. */
const mentions = (text: string, term: string): boolean =>
  [text, apart(text)].some((form) => ` ${form.toLowerCase()}`.includes(` ${term.toLowerCase()}`));

const MOST_AT_FAILURE = 3;
