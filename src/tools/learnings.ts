import type { Run } from '../engine/tool.ts';
import { learningsOf, titleKey, usesOf } from '../report/index.ts';

/** A learning as an answer offers it. */
export type Offered = {
  readonly title: string;
  readonly text: string;
  /** The run it is from; `library` when it was imported. */
  readonly deployment: string;
  /** How often it helped those that followed it. */
  readonly helped: string;
};

/** What of a run is asked here. */
type Asked = Pick<Run, 'others' | 'search'>;

const MOST = 5;

/**
 * What earlier runs taught about a situation, best first: of the same component, then by full-text search over title,
 * situation, advice and tags. Each once; none that a later run contradicted. `words` may be CamelCase reasons.
 */
export async function learningsFor(
  run: Asked,
  about: { component?: string; words: readonly string[] },
): Promise<Offered[]> {
  const deployments = await run.others();
  const all = learningsOf(deployments);
  const uses = usesOf(deployments);
  const known = new Map(all.map((one) => [titleKey(one.title), one]));
  const components = new Map(deployments.map((d) => [d.id, d.started.component]));
  const own = all.filter((one) => about.component !== undefined && components.get(one.deployment) === about.component);
  const found = await run.search(about.words.map(apart).join(' '));
  const offered = new Map<string, Offered>();
  for (const { deployment, title, text } of [...own.toReversed(), ...found.map(withTitle)]) {
    const key = titleKey(title);
    const one = known.get(key);
    const { used, helped: times, retired } = uses(title);
    if (offered.has(key) || retired) continue;
    const helped = used === 0 ? 'not tried yet' : `${times} of ${used} times`;
    offered.set(key, { title, text: one?.text ?? text, deployment, helped });
  }
  return [...offered.values()].slice(0, MOST);
}

/** What was searched is the learning's lines, its title first. */
const withTitle = (found: { deployment: string; text: string }) => ({
  ...found,
  title: found.text.split('\n')[0] ?? '',
  text: found.text.replaceAll('\n', ' · '),
});

/** `ExceededQuota` is found by "quota". */
const apart = (word: string): string => word.replace(/([a-z0-9])([A-Z])/g, '$1 $2');

/** Every deployment has these; that a learning names one says nothing. */
const COMMON_KINDS = ['Deployment', 'Pod', 'Service'];

/**
 * An answer that failed, with what earlier runs taught about such a failure: its reason, the kinds it names, the image
 * registries it is about. Unchanged when nothing failed or nothing was learnt.
 */
export async function withLearnings<A extends { readonly summary: string }>(
  run: Asked,
  answer: A,
  failure: { reason: string; message: string; about?: readonly string[] } | undefined,
): Promise<A & { readonly learnings?: readonly Offered[] }> {
  if (failure === undefined) return answer;
  const kinds = [...failure.message.matchAll(/\b([A-Z][A-Za-z]+)\/[a-z0-9]/g)].map((match) => match[1] ?? '');
  const registries = (failure.about ?? []).flatMap((subject) => /^image:([^/]+)\//.exec(subject)?.[1] ?? []);
  const words = [failure.reason, ...kinds.filter((kind) => !COMMON_KINDS.includes(kind)), ...registries];
  const learnings = (await learningsFor(run, { words })).slice(0, MOST_AT_FAILURE);
  if (learnings.length === 0) return answer;
  const lines = learnings.map(({ text, deployment }) => `learnt before (${deployment}): ${text.slice(0, 300)}`);
  return { ...answer, learnings, summary: [answer.summary, ...lines].join('\n') };
}

const MOST_AT_FAILURE = 3;
