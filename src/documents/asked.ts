import type { Verdict } from '../workflow/verdict.ts';
import type { ClusterFacts, ImageConfigFact } from './facts.ts';

/**
 * The cluster's facts as data that can cross to another thread. What a rule asks by name (an API, an image) is answered
 * from `answers`; a question that isn't answered yet is noted, and the comparison is made again with its answer.
 */
export type FactData = Omit<ClusterFacts, 'apis' | 'instead' | 'images' | 'imageConfig'>;
export type Answers = {
  readonly apis: Map<string, ReturnType<ClusterFacts['apis']>>;
  readonly instead: Map<string, string | undefined>;
  readonly images: Map<string, Verdict | undefined>;
  readonly configs: Map<string, ImageConfigFact | undefined>;
};
export type Questions = {
  readonly apis: Set<string>;
  readonly instead: Set<string>;
  readonly images: Set<string>;
  readonly configs: Set<string>;
};

export const noAnswers = (): Answers => ({
  apis: new Map(),
  instead: new Map(),
  images: new Map(),
  configs: new Map(),
});

export function factData({ apis: _a, instead: _i, images: _m, imageConfig: _c, ...data }: ClusterFacts): FactData {
  return data;
}

/** Facts that answer what is known and note the rest. */
export function askingFacts(data: FactData, answers: Answers): { facts: ClusterFacts; questions: Questions } {
  const questions: Questions = { apis: new Set(), instead: new Set(), images: new Set(), configs: new Set() };
  const ask = <T>(known: ReadonlyMap<string, T>, open: Set<string>, name: string): T | undefined => {
    if (!known.has(name)) open.add(name);
    return known.get(name);
  };
  const facts: ClusterFacts = {
    ...data,
    apis: (gvk) => ask(answers.apis, questions.apis, gvk) ?? 'unknown',
    instead: (gvk) => ask(answers.instead, questions.instead, gvk),
    images: (reference) => ask(answers.images, questions.images, reference),
    imageConfig: (reference) => ask(answers.configs, questions.configs, reference),
  };
  return { facts, questions };
}

/** Answers the questions from the facts themselves; false when there were none. */
export function answerQuestions(questions: Questions, facts: ClusterFacts, answers: Answers): boolean {
  for (const gvk of questions.apis) answers.apis.set(gvk, facts.apis(gvk));
  for (const gvk of questions.instead) answers.instead.set(gvk, facts.instead?.(gvk));
  for (const reference of questions.images) answers.images.set(reference, facts.images(reference));
  for (const reference of questions.configs) answers.configs.set(reference, facts.imageConfig?.(reference));
  return Object.values(questions).some((open) => open.size > 0);
}
