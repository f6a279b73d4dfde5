import { readManifests } from '../assumptions/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { Deployment, FactOf } from '../workflow/index.ts';

export type Adjusted =
  | { readonly ok: true; readonly digest: string; readonly observed: FactOf<'observed'> }
  | { readonly ok: false; readonly message: string };

/** An adjustment shown by manifests: the divergence's own rule is run over them, and what it says is an observation. */
export async function verifyAdjustment(
  run: ReadingRun,
  d: Deployment,
  subject: string,
  given: string,
): Promise<Adjusted> {
  const read = await readManifests(given, d.started.workspace);
  if (!read.ok) return read;
  return { ok: false, message: `the rule of ${subject} can't be run yet in run ${run.id}` };
}
