import { type Bounded, beside, type Limits, openReader } from '../bounded/index.ts';
import type { Verdict } from '../workflow/verdict.ts';
import type { Adjustment } from './adjusted.ts';
import { answerQuestions, factData, noAnswers, type Questions } from './asked.ts';
import type { Divergence } from './divergence.ts';
import type { Part } from './document.ts';
import type { ClusterFacts } from './facts.ts';
import type { AdjustedRequest, Compared, CompareRequest, Contents, Judged } from './reader.worker.ts';

/** An ordinary document of 2 MB takes a few seconds and 200 MB. */
const READER_LIMITS: Limits = { time_ms: 30_000, memory_mb: 1024 };
/** Answers can lead to new questions (what is served instead), but not to many. */
const MAX_ROUNDS = 5;

export type Asked = { readonly features: readonly string[]; readonly localEnvironment?: string };

/** A document read in a thread of its own, where neither its length nor its form can stop the server. Close it. */
export interface DocumentReader {
  readonly contents: Contents;
  compare(asked: Asked, facts: ClusterFacts): Promise<Bounded<readonly Divergence[]>>;
  appliesTo(adjustment: Adjustment, manifests: string, facts: ClusterFacts): Promise<Bounded<Verdict>>;
  close(): Promise<void>;
}

export async function readDocument(
  parts: readonly Part[],
  limits: Limits = READER_LIMITS,
): Promise<Bounded<DocumentReader>> {
  const reader = openReader(beside('reader.worker', import.meta.url), limits);
  const contents = await reader.call<Contents>('extract', parts);
  if (!contents.ok) {
    await reader.close();
    return contents;
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
      contents: contents.value,
      async compare(asked, facts) {
        const outcome = await settled<Compared>('compare', { data: factData(facts), ...asked }, facts);
        return outcome.ok ? { ok: true, value: outcome.value.found } : outcome;
      },
      async appliesTo(adjustment, manifests, facts) {
        const outcome = await settled<Judged>('appliesTo', { data: factData(facts), adjustment, manifests }, facts);
        return outcome.ok ? { ok: true, value: outcome.value.verdict } : outcome;
      },
      close: () => reader.close(),
    },
  };
}
