import type { Deployment } from '../workflow/index.ts';

/** What an earlier run taught, and how it fared since. */
export type Learning = {
  /** Where it was learnt: `deployment/seq`. */
  readonly id: string;
  readonly deployment: string;
  readonly title: string;
  readonly situation: string;
  readonly advice: string;
  readonly tags: readonly string[];
  readonly text: string;
  /** How often a later run followed it, and how often it helped. */
  readonly used: number;
  readonly helped: number;
  /** The last run that followed it found it wrong: it is kept, and offered to nobody. */
  readonly retired: boolean;
};

/** Two learnings are one when their titles say the same, whatever the case and the spaces. */
export const titleKey = (title: string): string => title.toLowerCase().replace(/\s+/g, ' ').trim();

/** The learnings of these runs, each once (the first of them), with what later runs said about it. */
export function learningsOf(deployments: readonly Deployment[]): Learning[] {
  const written = deployments.flatMap((d) => d.written.map((w) => ({ ...w, deployment: d.id })));
  const judgements = written.filter((w) => w.what === 'judgement').toSorted((a, b) => a.at.localeCompare(b.at));
  const kept = new Map<string, Learning>();
  for (const w of written.filter((one) => one.what === 'learning').toSorted((a, b) => a.at.localeCompare(b.at))) {
    const title = w.title ?? w.text.split('\n')[0] ?? '';
    const key = titleKey(title);
    if (kept.has(key)) continue;
    const own = judgements.filter((j) => titleKey(j.about ?? '') === key);
    kept.set(key, {
      id: `${w.deployment}/${w.seq}`,
      deployment: w.deployment,
      title,
      situation: w.situation ?? '',
      advice: w.advice ?? '',
      tags: w.tags ?? [],
      text: w.text,
      used: own.length,
      helped: own.filter((j) => j.helped === true).length,
      retired: own.at(-1)?.helped === false,
    });
  }
  return [...kept.values()];
}
