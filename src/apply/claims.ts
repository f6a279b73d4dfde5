import type { Reader } from '../cluster/index.ts';
import { isRecord, type KubeObject, recordsAt, textAt } from '../objects/kube-object.ts';
import { at, groupOf, refOf } from './ref.ts';
import { selects } from './safety/selectors.ts';

/**
 * The claims of StatefulSets that an operator made: they have no owner, and our marks are not in their templates. What
 * leads to them is the set: its name in theirs, its selector on them, and that they are not older than it.
 */
export type ClaimsOfSet = {
  readonly namespace: string;
  readonly prefixes: readonly string[];
  readonly selector: Readonly<Record<string, unknown>>;
  readonly since: string;
};

export type SetsSeen = { readonly sets: readonly ClaimsOfSet[]; readonly unseen: boolean };

/** How the claims of the StatefulSets among these would be known. Asked while the sets are there. */
export async function setsAmong(reader: Reader, members: readonly KubeObject[]): Promise<SetsSeen> {
  const found = members.filter((o) => o.kind === 'StatefulSet' && groupOf(o.apiVersion) === 'apps');
  const looks = await Promise.all(found.map((set) => reader.getIfThere(refOf(set))));
  return {
    sets: looks.flatMap((look) => (look.ok && look.value !== undefined ? claimsOfSet(look.value) : [])),
    unseen: looks.some((look) => !look.ok),
  };
}

/** Pure: none where it has no templates. */
export function claimsOfSet(set: KubeObject): ClaimsOfSet[] {
  const { name = '', namespace = '', creationTimestamp = '' } = set.metadata;
  const selector = at(set, 'spec', 'selector');
  const prefixes = recordsAt(set, 'spec', 'volumeClaimTemplates').map(
    (t) => `${textAt(t, 'metadata', 'name')}-${name}-`,
  );
  return prefixes.length === 0 || !isRecord(selector)
    ? []
    : [{ namespace, prefixes, selector, since: creationTimestamp }];
}

export async function claimsOfSets(reader: Reader, sets: readonly ClaimsOfSet[]): Promise<KubeObject[]> {
  const listed = await Promise.all(
    sets.map((set) =>
      reader.list(
        { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
        { namespace: set.namespace, metadataOnly: true },
      ),
    ),
  );
  return listed.flatMap((list, index) => {
    const set = sets[index];
    return list.ok && set !== undefined ? list.value.items.filter((claim) => isClaimOf(set, claim)) : [];
  });
}

/** Pure: `data-db-0` of the set db with the template data, labelled as its Pods are. An older one is somebody's data. */
export function isClaimOf({ prefixes, selector, since }: ClaimsOfSet, { metadata }: KubeObject): boolean {
  const { name = '', labels = {}, ownerReferences = [], creationTimestamp = '' } = metadata;
  return (
    prefixes.some((prefix) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))) &&
    selects(selector, labels) &&
    ownerReferences.length === 0 &&
    Date.parse(creationTimestamp) >= Date.parse(since)
  );
}
