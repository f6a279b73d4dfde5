import type { ApiFailure } from '../cluster/index.ts';
import { recordFirst } from '../engine/observe.ts';
import { type OpeningRun, Refused } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { type PlacedObject, refuse } from '../workflow/index.ts';

/** Namespaces of a deployment that are not there: tried first, then written down, then made. */

const CONFLICT = 409;

const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'infragate' } },
});

/** Throws Refused (FORBIDDEN) where one of them could not be made, before anything is opened, recorded or made. */
export async function tryNamespaces(run: OpeningRun, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const tried = await (await run.writer()).dryRun(namespace(name), { verb: 'create' });
    if (tried.ok || tried.error.status === CONFLICT) continue;
    throw new Refused(
      refuse('FORBIDDEN', `create_namespace: ${name} could not be created: ${tried.error.message}`, {
        next: [{ person: 'someone who may create namespaces', action: `create the namespace ${name}` }],
      }),
    );
  }
}

export type MadeNamespaces = {
  readonly made: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: ApiFailure }[];
};

/** In the deployment that the run has opened or entered. One that somebody else made meanwhile is neither made nor failed. */
export async function makeNamespaces(run: OpeningRun, names: readonly string[]): Promise<MadeNamespaces> {
  const made: string[] = [];
  const failed: { name: string; error: ApiFailure }[] = [];
  for (const name of names) {
    const placed = (state: 'intended' | 'created' | 'gone', uid?: string) => ({
      type: 'placed' as const,
      run: run.id,
      object: {
        apiVersion: 'v1',
        kind: 'Namespace',
        name,
        ...(uid === undefined ? {} : { uid }),
      } satisfies PlacedObject,
      state,
      purpose: 'namespace' as const,
    });
    const writer = await run.writer();
    await recordFirst(run, placed('intended'));
    const created = await writer.create(namespace(name), {});
    if (created.ok) {
      await run.record(placed('created', created.value.object.metadata.uid));
      made.push(name);
      continue;
    }
    await run.record(placed('gone'));
    if (created.error.status !== CONFLICT) failed.push({ name, error: created.error });
  }
  return { made, failed };
}
