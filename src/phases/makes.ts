import type { Run } from '../engine/tool.ts';
import { foreignFinalizers, isKey, isKubeObject, type KubeObject, kindKey, ownersOf } from '../objects/index.ts';
import type { Deployment } from '../workflow/index.ts';

/** By kind (`Cluster.postgresql.cnpg.io`): what bullets and phases saw such an object own or hold that is lost with it. */
export type Makes = ReadonlyMap<string, ReadonlySet<string>>;

/** Newest first; older evidence says nothing that these don't. */
const MAX_BODIES = 40;

export async function makesOf(run: Run, d: Deployment): Promise<Makes> {
  const seen = [...d.observations.values()]
    .flat()
    .filter((o) => o.body !== undefined && (o.via === 'tracer-bullet' || o.via === 'phase-gate'))
    .sort((a, b) => b.seq - a.seq)
    .flatMap((o) => o.body ?? []);
  const bodies = await Promise.all([...new Set(seen)].slice(0, MAX_BODIES).map((digest) => run.get(digest)));
  const makes = new Map<string, Set<string>>();
  for (const body of bodies) {
    const objects: unknown = body === undefined ? undefined : Object(JSON.parse(body)).objects;
    if (!Array.isArray(objects)) continue;
    for (const [kind, what] of lossesSeen(objects.filter(isKubeObject))) {
      makes.set(kind, (makes.get(kind) ?? new Set()).add(what));
    }
  }
  return makes;
}

/** Pure: of a tree as evidence has it, what each root would take with it for good. */
export function lossesSeen(tree: readonly KubeObject[]): [kind: string, what: string][] {
  return tree.flatMap((object): [string, string][] => {
    const owners = ownersOf(object, tree);
    const root = owners.at(-1) ?? object;
    const external = foreignFinalizers(object).length > 0 ? 'what it stands for outside the cluster' : undefined;
    const ephemeral = owners[0]?.kind === 'Pod';
    const claim =
      object.kind === 'PersistentVolumeClaim' && !ephemeral ? 'the data of its PersistentVolumeClaims' : undefined;
    const key = isKey(root, object) ? 'the passwords and keys in its Secrets' : undefined;
    const lost = root === object ? [external] : [external, claim, key];
    return lost.flatMap((what): [string, string][] => (what === undefined ? [] : [[kindKey(root), what]]));
  });
}

/** Only what decides a loss is kept of a phase's tree: who owns whom, and finalizers. */
export const treeForRecord = (tree: readonly KubeObject[]): unknown[] =>
  tree.map(({ apiVersion, kind, metadata: { name, uid, namespace, ownerReferences, finalizers } }) => ({
    apiVersion,
    kind,
    metadata: { name, uid, namespace, ownerReferences, finalizers },
  }));
