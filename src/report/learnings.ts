import type { Written } from '../workflow/index.ts';

/** A learning or a judgement about one, and the deployment it is from. */
export type Note = Written & { readonly deployment: string };

/** How a learning fared: how often a later run followed it, and how often it helped. */
export type Use = {
  readonly used: number;
  readonly helped: number;
  /** The last run that followed it found it wrong: it is kept, and offered to nobody. */
  readonly retired: boolean;
};

/** What an earlier run taught, and how it fared since. */
export type Learning = Use & {
  /** Where it was learnt: `deployment/seq`. */
  readonly id: string;
  readonly deployment: string;
  readonly title: string;
  readonly situation: string;
  readonly advice: string;
  readonly tags: readonly string[];
  readonly text: string;
};

/** Two learnings are one when their titles say the same, whatever the case and the spaces. */
export const titleKey = (title: string): string => title.toLowerCase().replace(/\s+/g, ' ').trim();

/** What later runs found about learnings, wherever those are from, by title. */
export function usesOf(judgements: readonly Note[]): (title: string) => Use {
  const byTitle = Map.groupBy(
    judgements.filter((w) => w.what === 'judgement').toSorted((a, b) => a.at.localeCompare(b.at)),
    (judgement) => titleKey(judgement.about ?? ''),
  );
  return (title) => {
    const own = byTitle.get(titleKey(title)) ?? [];
    const helped = own.filter((one) => one.helped === true).length;
    return { used: own.length, helped, retired: own.at(-1)?.helped === false };
  };
}

/** The learnings among these notes, each once (the first of them), with what later runs found about it. */
export function learningsOf(learnings: readonly Note[], judgements: readonly Note[]): Learning[] {
  const uses = usesOf(judgements);
  const kept = new Map<string, Learning>();
  const written = learnings.filter((w) => w.what === 'learning');
  for (const w of written.toSorted((a, b) => a.at.localeCompare(b.at))) {
    const title = w.title ?? w.text.split('\n')[0] ?? '';
    if (kept.has(titleKey(title))) continue;
    kept.set(titleKey(title), {
      id: `${w.deployment}/${w.seq}`,
      deployment: w.deployment,
      title,
      situation: w.situation ?? '',
      advice: w.advice ?? '',
      tags: w.tags ?? [],
      text: w.text,
      ...uses(title),
    });
  }
  return [...kept.values()];
}
