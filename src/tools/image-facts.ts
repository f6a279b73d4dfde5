import { checkImage, imageSubject, parallel, type World } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { Verdict } from '../workflow/index.ts';

/** A document may name hundreds; beyond these the rules say that nobody asked. */
const MOST_IMAGES = 30;
const AT_ONCE = 8;

/** The images that a document names, asked of their registries: reference as written → verdict. */
export async function imageFacts(
  run: ReadingRun,
  world: World,
  references: readonly string[],
): Promise<Map<string, Verdict>> {
  const asked = [...new Set(references)].slice(0, MOST_IMAGES);
  const verdicts = await parallel(
    asked,
    AT_ONCE,
    async (reference): Promise<readonly [string, Verdict] | undefined> => {
      const read = await imageSubject(reference);
      if (!read.ok) return undefined;
      const options = { insecureRegistries: run.policy.insecure_registries, signal: run.signal };
      return [reference, (await checkImage(world, read.subject, options)).verdict];
    },
  );
  return new Map(verdicts.filter((pair) => pair !== undefined));
}
