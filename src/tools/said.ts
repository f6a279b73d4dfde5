import { titleKey } from '../report/index.ts';
import type { Input } from './record-retro.ts';

/** What is said in a retrospective, without what it is said of. */
export type Said = Omit<Input, 'deployment'>;

const LISTS = ['went_well', 'diverged', 'unexpected', 'helped', 'missing'] as const;

/** Both, each sentence once; of two learnings with one title, and two judgements of one learning, the later. */
export function together(before: Said, { deployment: _, ...now }: Input): Said {
  const lists = LISTS.flatMap((list) => {
    const all = [...new Set([...(before[list] ?? []), ...(now[list] ?? [])])];
    return all.length === 0 ? [] : [[list, all] as const];
  });
  const learnings = newest([...(before.learnings ?? []), ...(now.learnings ?? [])], (l) => titleKey(l.title));
  const judged = newest([...(before.judged ?? []), ...(now.judged ?? [])], (j) => titleKey(j.learning));
  return {
    ...Object.fromEntries(lists),
    ...(learnings.length === 0 ? {} : { learnings }),
    ...(judged.length === 0 ? {} : { judged }),
  };
}

const newest = <T>(all: readonly T[], key: (one: T) => string): T[] => [
  ...new Map(all.map((one) => [key(one), one])).values(),
];
