import type { KubeObject } from './kube-object.ts';

/** The root and everything that it owns, directly or through others; parents before children. */
export function treeOf(root: KubeObject, among: readonly KubeObject[]): KubeObject[] {
  const tree = [root];
  const seen = new Set([root.metadata.uid]);
  const byOwner = new Map<string, KubeObject[]>();
  for (const object of among) {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      byOwner.set(uid, [...(byOwner.get(uid) ?? []), object]);
    }
  }
  for (const parent of tree) {
    for (const child of byOwner.get(parent.metadata.uid ?? '') ?? []) {
      if (seen.has(child.metadata.uid)) continue;
      seen.add(child.metadata.uid);
      tree.push(child);
    }
  }
  return tree;
}

/** From the nearest owner to the root of them all; controllers first where there are several owners. */
export function ownersOf(object: KubeObject, among: readonly KubeObject[]): KubeObject[] {
  const chain: KubeObject[] = [];
  for (let here: KubeObject | undefined = object; here !== undefined; ) {
    const references: NonNullable<KubeObject['metadata']['ownerReferences']> = here.metadata.ownerReferences ?? [];
    const owner = references.find((o) => o.controller) ?? references[0];
    const found: KubeObject | undefined = among.find((o) => owner !== undefined && o.metadata.uid === owner.uid);
    if (found === undefined || found === object || chain.includes(found)) return chain;
    chain.push(found);
    here = found;
  }
  return chain;
}
