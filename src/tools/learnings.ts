import type { Run } from '../engine/tool.ts';
import { learningsOf, titleKey } from '../report/index.ts';

/** A learning as an answer offers it. */
export type Offered = {
  readonly title: string;
  readonly text: string;
  /** The run it is from; `library` when it was imported. */
  readonly deployment: string;
  /** How often it helped those that followed it. */
  readonly helped: string;
};

const MOST = 5;

/**
 * What earlier runs taught about a situation, best first: of the same component, then by full-text search over title,
 * situation, advice and tags. Each once; none that a later run contradicted. `words` may be CamelCase reasons.
 */
export async function learningsFor(
  run: Run,
  about: { component?: string; words: readonly string[] },
): Promise<Offered[]> {
  const deployments = await run.others();
  const all = learningsOf(deployments);
  const known = new Map(all.map((one) => [titleKey(one.title), one]));
  const components = new Map(deployments.map((d) => [d.id, d.started.component]));
  const own = all.filter((one) => about.component !== undefined && components.get(one.deployment) === about.component);
  const found = await run.search(about.words.map(apart).join(' '));
  const offered = new Map<string, Offered>();
  for (const { deployment, title, text } of [...own.toReversed(), ...found.map(withTitle)]) {
    const key = titleKey(title);
    const one = known.get(key);
    if (offered.has(key) || one?.retired === true) continue;
    const helped = one === undefined || one.used === 0 ? 'not tried yet' : `${one.helped} of ${one.used} times`;
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

/** Kinds, image registries and the reason of a failure: what a learning about it would name. */
export async function learningsAtFailure(
  run: Run,
  failure: { reason: string; kinds?: readonly string[]; subjects?: readonly string[] },
): Promise<Offered[]> {
  const registries = (failure.subjects ?? []).flatMap((s) => /^image:([^/]+)\//.exec(s)?.[1] ?? []);
  const words = [failure.reason, ...(failure.kinds ?? []), ...registries];
  return (await learningsFor(run, { words })).slice(0, 3);
}
