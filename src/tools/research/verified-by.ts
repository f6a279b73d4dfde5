import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createWorld, gatherFacts, readManifests } from '../../assumptions/index.ts';
import type { KubeObject } from '../../cluster/index.ts';
import type { Subject } from '../../documents/index.ts';
import { observation, stamp } from '../../engine/observe.ts';
import type { ReadingRun } from '../../engine/tool.ts';
import type { Deployment, FactOf } from '../../workflow/index.ts';
import { imageFacts } from '../image-facts.ts';

export type Adjusted =
  | { readonly ok: true; readonly digest: string; readonly observed: FactOf<'observed'> }
  | { readonly ok: false; readonly message: string };

/** `divergence:compose-yml-1a2b3c/bind-mount/db-data` → `bind-mount`. */
export const ruleOf = (subject: string): string => subject.split('/')[1] ?? '';

const kept = z.object({
  evidence: z.object({ upstream: z.object({ subjects: z.array(z.record(z.string(), z.unknown())).default([]) }) }),
});
const oneSubject = z.object({
  owner: z.string().optional(),
  path: z.string().optional(),
  holds: z.enum(['socket', 'clock', 'host', 'secret', 'configuration', 'data']).optional(),
  readOnly: z.boolean().optional(),
  port: z.number().optional(),
  name: z.string().optional(),
});

/** Every place of a divergence, as its latest reading kept them. */
export async function subjectsOf(run: ReadingRun, d: Deployment, divergence: string): Promise<readonly Subject[]> {
  const digest = d.observations.get(divergence)?.at(-1)?.body;
  const body = digest === undefined ? undefined : await run.get(digest);
  const read = body === undefined ? undefined : kept.safeParse(JSON.parse(body));
  if (read?.success !== true) return [];
  return read.data.evidence.upstream.subjects.flatMap((one): Subject[] => {
    const parsed = oneSubject.safeParse(one);
    return parsed.success
      ? [Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined))]
      : [];
  });
}

/** An adjustment shown by manifests: the divergence's own rule is run over them, and what it says is an observation. */
export async function verifyAdjustment(
  run: ReadingRun,
  d: Deployment,
  subject: string,
  given: string,
  left_out: readonly string[] = [],
): Promise<Adjusted> {
  const read = await readManifests(given, d.started.workspace);
  if (!read.ok) return read;
  const { readDocument } = await import('../../documents/index.ts');
  const world = createWorld(await run.reader(), d.target.namespace);
  const document = await readDocument([{ name: 'manifests', kind: 'yaml', text: read.text }]);
  if (!document.ok) return document;
  const judged = await (async () => {
    try {
      const images = await imageFacts(run, world, document.value.contents.images);
      const adjustment = { rule: ruleOf(subject), subjects: await subjectsOf(run, d, subject), left_out };
      return await document.value.appliesTo(adjustment, read.text, await gatherFacts(world, images));
    } finally {
      await document.value.close();
    }
  })();
  if (!judged.ok) return judged;
  const verdict = judged.value;
  const digest = await run.put(JSON.stringify(read.manifests.map(({ object }) => withoutSecrets(object))));
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

/** Secrets' values are never kept; a digest says whether two were the same. */
function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const hidden = (data: unknown) =>
    typeof data === 'object' && data !== null
      ? Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, createHash('sha256').update(String(value)).digest('hex')]),
        )
      : data;
  const { metadata } = object;
  // kubectl keeps the whole object, values and all, in this annotation.
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations } = metadata.annotations ?? {};
  return {
    ...object,
    metadata: { ...metadata, annotations },
    data: hidden(object.data),
    stringData: hidden(object.stringData),
  };
}
