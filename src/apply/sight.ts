import type { KindRef } from '../cluster/index.ts';
import type { Known } from '../objects/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { descendants } from './family.ts';
import type { Knowledge } from './known.ts';
import { at, groupOf, refOf, sameObject } from './ref.ts';

/** What is seen of a set of objects at one moment: they, everything that has come of them, and what was said about it. */
export type Sight = {
  readonly now: number;
  /** The objects watched that are there, in the order they were named. */
  readonly roots: readonly KubeObject[];
  /** Those that are not there (any more). */
  readonly absent: readonly PlacedObject[];
  /** Roots and all they own, however deep. */
  readonly tree: readonly KubeObject[];
  /** About anything in the tree, oldest first. */
  readonly events: readonly KubeObject[];
  /** Kinds that could not be watched, with the API server's reason. */
  readonly blind: readonly { readonly kind: string; readonly reason: string }[];
  /** What is known beside an object: all that is seen here, the definition of its kind, and what it refers to. */
  known(object: KubeObject): Known;
};

export type Store = {
  put(object: KubeObject): void;
  drop(object: KubeObject): void;
  /** What a list of one kind and namespace holds is all there is of them. */
  relist(scope: Scope, objects: readonly KubeObject[]): void;
  blind(kind: string, reason: string): void;
  /** Counts what has changed in what is seen; unrelated objects don't. */
  version(): number;
  sight(now: number, knowledge?: Knowledge): Sight;
};

export type Scope = KindRef & { readonly namespace: string | undefined; readonly name?: string };

/** Pure bookkeeping over what watches say. Only what belongs, or may yet turn out to belong, is kept. */
export function storeOf(roots: readonly PlacedObject[], seed: readonly KubeObject[] = []): Store {
  const objects = new Map<string, KubeObject>();
  const events = new Map<string, KubeObject>();
  const blinds: { kind: string; reason: string }[] = [];
  let changes = 0;
  let kept: { at: number; tree: KubeObject[]; uids: Set<string> } | undefined;

  const isRoot = (object: KubeObject) => roots.some((root) => isThis(root, object));
  const family = () => {
    if (kept?.at === changes) return kept;
    const all = [...objects.values()];
    const first = all.filter(isRoot);
    const uids = new Set(first.flatMap((o) => o.metadata.uid ?? []));
    const tree = [...first, ...descendants(uids, all).filter((o) => !uids.has(o.metadata.uid ?? ''))];
    kept = { at: changes, tree, uids: new Set(tree.flatMap((o) => o.metadata.uid ?? [])) };
    return kept;
  };
  const owned = (object: KubeObject) => (object.metadata.ownerReferences ?? []).length > 0;

  const store: Store = {
    put(object) {
      const { uid } = object.metadata;
      if (uid === undefined) return;
      if (object.kind === 'Event') {
        events.set(uid, object);
        const about = involvedUid(object);
        if (about !== undefined && family().uids.has(about)) changes += 1;
        return;
      }
      if (!isRoot(object) && !owned(object)) return;
      const before = objects.get(uid);
      if (before?.metadata.resourceVersion === object.metadata.resourceVersion && before !== undefined) return;
      if (isOlder(object, before)) return;
      objects.set(uid, object);
      if (isRoot(object) || object.metadata.ownerReferences?.some((o) => family().uids.has(o.uid))) changes += 1;
    },
    drop(object) {
      const { uid } = object.metadata;
      if (uid === undefined) return;
      const was = family().uids.has(uid);
      objects.delete(uid);
      if (was) changes += 1;
    },
    relist(scope, listed) {
      const there = new Set(listed.flatMap((o) => o.metadata.uid ?? []));
      for (const object of [...objects.values()]) {
        const inScope =
          object.kind === scope.kind &&
          groupOf(object.apiVersion) === groupOf(scope.apiVersion) &&
          (scope.namespace === undefined || object.metadata.namespace === scope.namespace) &&
          (scope.name === undefined || object.metadata.name === scope.name);
        if (inScope && !there.has(object.metadata.uid ?? '')) store.drop(object);
      }
      for (const object of listed) store.put(object);
    },
    blind(kind, reason) {
      blinds.push({ kind, reason });
      changes += 1;
    },
    version: () => changes,
    sight(now, knowledge) {
      const { tree, uids } = family();
      const about = [...events.values()].filter((e) => uids.has(involvedUid(e) ?? '')).sort(byTime);
      const present = roots.flatMap((root) => tree.find((o) => isThis(root, o)) ?? []);
      return {
        now,
        roots: present,
        absent: roots.filter((root) => !present.some((o) => isThis(root, o))),
        tree,
        events: about,
        blind: blinds,
        known(object) {
          const { around = [], ...known } = knowledge?.(object) ?? {};
          return { ...known, around: [...tree, ...about, ...around], now };
        },
      };
    },
  };
  for (const object of seed) store.put(object);
  return store;
}

const isThis = (root: PlacedObject, object: KubeObject): boolean =>
  root.uid === undefined ? sameObject(root, refOf(object)) : root.uid === object.metadata.uid;

/** Two watches may tell of one object; etcd's versions are compared only where both are numbers. */
function isOlder(object: KubeObject, before: KubeObject | undefined): boolean {
  const [now, then] = [object, before].map((o) => Number(o?.metadata.resourceVersion));
  return before !== undefined && now !== undefined && then !== undefined && now < then;
}

export function involvedUid(event: KubeObject): string | undefined {
  const uid = at(event, 'involvedObject', 'uid') ?? at(event, 'regarding', 'uid');
  return typeof uid === 'string' ? uid : undefined;
}

const timeOf = (event: KubeObject): number =>
  Date.parse(String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')) || 0;
const byTime = (a: KubeObject, b: KubeObject) => timeOf(a) - timeOf(b);
