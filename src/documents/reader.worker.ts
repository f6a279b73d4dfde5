import { serve } from '../bounded/serve.ts';
import type { Verdict } from '../workflow/verdict.ts';
import { type Adjustment, appliesTo } from './adjusted.ts';
import { type Answers, askingFacts, type FactData, type Questions } from './asked.ts';
import { compare } from './diverge.ts';
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
  readonly adjustment: Adjustment;
  readonly manifests: string;
};
/** What is known of a document before the cluster was asked. */
export type Contents = {
  /** As the document writes them, in its order. */
  readonly images: readonly string[];
  readonly understood: boolean;
};
export type Compared = { readonly found: readonly Divergence[]; readonly questions: Questions };
export type Judged = { readonly verdict: Verdict; readonly questions: Questions };

let extracted: Extracted | undefined;

serve({
  async extract(parts: readonly Part[]): Promise<Contents> {
    extracted = await extract(parts);
    const { images, understood } = extracted;
    return { images: images.map((image) => image.reference), understood };
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
  async appliesTo({ data, answers, adjustment, manifests }: AdjustedRequest): Promise<Judged> {
    const { facts, questions } = askingFacts(data, answers);
    return { verdict: await appliesTo(adjustment, manifests, facts), questions };
  },
});
