import { type Bounded, beside, type Limits, openReader } from '../bounded/index.ts';
import type { Verdict } from '../workflow/verdict.ts';
import { answerQuestions, factData, noAnswers, type Questions } from './asked.ts';
import type { Divergence } from './divergence.ts';
import type { Part } from './document.ts';
import type { ClusterFacts } from './facts.ts';
import type { AdjustedRequest, Compared, CompareRequest, Judged } from './reader.worker.ts';

/** An ordinary document of 2 MB takes a few seconds and 200 MB. */
const READER_LIMITS: Limits = { time_ms: 30_000, memory_mb: 1024 };
/** Answers can lead to new questions (what is served instead), but not to many. */
const MAX_ROUNDS = 5;

export type Asked = { readonly features: readonly string[]; readonly localEnvironment?: string };

/** A document read in a thread of its own, where neither its length nor its form can stop the server. Close it. */
export interface DocumentReader {
  /** As the document writes them, in its order. */
  readonly images: readonly string[];
  compare(asked: Asked, facts: ClusterFacts): Promise<Bounded<readonly Divergence[]>>;
  appliesTo(rule: string, manifests: string, facts: ClusterFacts): Promise<Bounded<Verdict>>;
  close(): Promise<void>;
}

export async function readDocument(
  parts: readonly Part[],
  limits: Limits = READER_LIMITS,
): Promise<Bounded<DocumentReader>> {
  const reader = openReader(beside('reader.worker', import.meta.url), limits);
  const images = await reader.call<readonly string[]>('extract', parts);
  if (!images.ok) {
    await reader.close();
    return images;
  }

  async function settled<T extends { readonly questions: Questions }>(
    call: string,
    request: Omit<CompareRequest, 'answers'> | Omit<AdjustedRequest, 'answers'>,
    facts: ClusterFacts,
  ): Promise<Bounded<T>> {
    const answers = noAnswers();
    for (let round = 1; ; round += 1) {
      const outcome = await reader.call<T>(call, { ...request, answers });
      if (!outcome.ok || !answerQuestions(outcome.value.questions, facts, answers) || round === MAX_ROUNDS)
        return outcome;
    }
  }

  return {
    ok: true,
    value: {
      images: images.value,
      async compare(asked, facts) {
        const outcome = await settled<Compared>('compare', { data: factData(facts), ...asked }, facts);
        return outcome.ok ? { ok: true, value: outcome.value.found } : outcome;
      },
      async appliesTo(rule, manifests, facts) {
        const outcome = await settled<Judged>('appliesTo', { data: factData(facts), rule, manifests }, facts);
        return outcome.ok ? { ok: true, value: outcome.value.verdict } : outcome;
      },
      close: () => reader.close(),
    },
  };
}
