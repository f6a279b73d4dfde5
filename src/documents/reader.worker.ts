import { serve } from '../bounded/serve.ts';
import type { Verdict } from '../workflow/verdict.ts';
import { type Answers, askingFacts, type FactData, type Questions } from './asked.ts';
import { appliesTo, compare } from './diverge.ts';
import type { Divergence } from './divergence.ts';
import type { Part } from './document.ts';
import { type Extracted, extract } from './extract/index.ts';

/** Reads a document in a thread of its own (reader.ts holds the other end). */
export type CompareRequest = {
  readonly data: FactData;
  readonly answers: Answers;
  readonly features: readonly string[];
  readonly localEnvironment?: string;
};
export type AdjustedRequest = {
  readonly data: FactData;
  readonly answers: Answers;
  readonly rule: string;
  readonly manifests: string;
};
export type Compared = { readonly found: readonly Divergence[]; readonly questions: Questions };
export type Judged = { readonly verdict: Verdict; readonly questions: Questions };

let extracted: Extracted | undefined;

serve({
  async extract(parts: readonly Part[]): Promise<readonly string[]> {
    extracted = await extract(parts);
    return extracted.images.map((image) => image.reference);
  },
  compare({ data, answers, features, localEnvironment }: CompareRequest): Compared {
    if (extracted === undefined) throw new Error('no document has been read');
    const { facts, questions } = askingFacts(data, answers);
    const found = compare({
      extracted,
      facts,
      featuresToVerify: features,
      ...(localEnvironment === undefined ? {} : { localEnvironment }),
    });
    return { found, questions };
  },
  async appliesTo({ data, answers, rule, manifests }: AdjustedRequest): Promise<Judged> {
    const { facts, questions } = askingFacts(data, answers);
    return { verdict: await appliesTo(rule, manifests, facts), questions };
  },
});
