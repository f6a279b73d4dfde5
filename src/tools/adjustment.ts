import { createWorld, gatherFacts, readManifests } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { Deployment, FactOf } from '../workflow/index.ts';
import { imageFacts } from './image-facts.ts';
import { observation, stamp } from './observe.ts';

export type Adjusted =
  | { readonly ok: true; readonly digest: string; readonly observed: FactOf<'observed'> }
  | { readonly ok: false; readonly message: string };

/** `divergence:compose-yml-1a2b3c/bind-mount/db-data` → `bind-mount`. */
export const ruleOf = (subject: string): string => subject.split('/')[1] ?? '';

/** An adjustment shown by manifests: the divergence's own rule is run over them, and what it says is an observation. */
export async function verifyAdjustment(
  run: ReadingRun,
  d: Deployment,
  subject: string,
  given: string,
): Promise<Adjusted> {
  const read = await readManifests(given, d.started.workspace);
  if (!read.ok) return read;
  const { appliesTo, extract } = await import('../documents/index.ts');
  const world = createWorld(await run.reader(), d.target.namespace);
  const named = await extract([{ name: 'manifests', kind: 'yaml', text: read.text }]);
  const images = await imageFacts(
    run,
    world,
    named.images.map((image) => image.reference),
  );
  const verdict = await appliesTo(ruleOf(subject), read.text, await gatherFacts(world, images));
  const digest = await run.put(read.text, 'application/yaml');
  const observed = await observation(run, await stamp(run, 'record-research'), {
    subject: `adjustment:${subject}`,
    asked: `does ${ruleOf(subject)} still find anything in the adjusted manifests?`,
    verdict,
    evidence: {
      manifests: digest,
      objects: read.manifests.map(({ object }) => `${object.kind}/${object.metadata.name ?? ''}`),
    },
  });
  return { ok: true, digest, observed };
}
