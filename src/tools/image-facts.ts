import { checkImage, type Finding, type ImageFacts, imageSubject, parallel, type World } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { Verdict } from '../workflow/index.ts';

/** A document may name hundreds; beyond these the rules say that nobody asked. */
const MOST_IMAGES = 30;
const AT_ONCE = 8;

type Seen = { readonly verdict: Verdict; readonly config: Finding['config'] };

/** The images that a document names, asked of their registries: reference as written → verdict, and what the image says about itself. */
export async function imageFacts(run: ReadingRun, world: World, references: readonly string[]): Promise<ImageFacts> {
  const asked = [...new Set(references)].slice(0, MOST_IMAGES);
  const verdicts = await parallel(asked, AT_ONCE, async (reference): Promise<readonly [string, Seen] | undefined> => {
    const read = await imageSubject(reference);
    if (!read.ok) return undefined;
    const options = { insecureRegistries: run.policy.insecure_registries, config: true, signal: run.signal };
    const { verdict, config } = await checkImage(world, read.subject, options);
    return [reference, { verdict, config }];
  });
  const seen = verdicts.filter((pair) => pair !== undefined);
  return {
    verdicts: new Map(seen.map(([reference, { verdict }]) => [reference, verdict])),
    configs: new Map(seen.flatMap(([reference, { config }]) => (config === undefined ? [] : [[reference, config]]))),
  };
}
