import { groupVersion, type Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';

/** One object of a namespace, by its metadata: no Secret's data is read. */
export type Thing = {
  readonly name: string;
  readonly uid: string;
  /** ISO 8601. */
  readonly created: string;
  readonly generation: number | undefined;
  readonly owners: readonly string[];
  /** Marked for deletion. */
  readonly going: boolean;
};

export type Inventory = {
  /** By UID. */
  readonly things: ReadonlyMap<string, Thing>;
  /** Kinds that could not be listed. */
  readonly unseen: readonly string[];
};

/** What comes and goes by itself: said, elected, counted or derived. */
const PASSING = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'PodMetrics', 'ReplicaSetMetrics']);

/** What every namespace is given a moment after it is made. */
const GIVEN: readonly RegExp[] = [
  /^ServiceAccount\/(default|builder|deployer)$/,
  /^ConfigMap\/(kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert)$/,
  /^Secret\/(default|builder|deployer)-(token|dockercfg)-/,
  /^RoleBinding\/system:/,
];

/** Everything in a namespace, of every kind that can be listed. */
export async function inventory(reader: Reader, namespace: string): Promise<Inventory> {
  const discovery = await reader.discovery();
  if (!discovery.ok) throw lost(discovery.error);
  const { resources, preferred } = discovery.value;
  const kinds = resources.filter(
    (r) =>
      r.namespaced &&
      r.verbs.includes('list') &&
      !PASSING.has(r.kind) &&
      (r.group === '' || preferred(r.group) === r.version),
  );
  const things = new Map<string, Thing>();
  const unseen: string[] = [];
  await Promise.all(
    kinds.map(async ({ group, version, kind }) => {
      const listed = await reader.list(
        { apiVersion: groupVersion(group, version), kind },
        { namespace, metadataOnly: true },
      );
      if (!listed.ok) {
        if (listed.error.status !== 404 && listed.error.status !== 405) unseen.push(kind);
        return;
      }
      for (const { metadata } of listed.value.items) {
        const name = `${kind}/${metadata.name ?? ''}`;
        if (metadata.uid === undefined || GIVEN.some((given) => given.test(name))) continue;
        things.set(metadata.uid, {
          name,
          uid: metadata.uid,
          created: metadata.creationTimestamp ?? '',
          generation: metadata.generation,
          owners: (metadata.ownerReferences ?? []).map((owner) => owner.uid),
          going: metadata.deletionTimestamp !== undefined,
        });
      }
    }),
  );
  return { things, unseen: unseen.sort() };
}

/** What is there now and was not, and does not belong to something that was: a controller may go on with its own. */
export function added(before: Inventory, now: Inventory): Thing[] {
  const belongs = (thing: Thing, depth = 0): boolean =>
    before.things.has(thing.uid) ||
    (depth < 10 &&
      thing.owners.some((uid) => {
        const owner = now.things.get(uid);
        return before.things.has(uid) && owner !== undefined ? true : owner !== undefined && belongs(owner, depth + 1);
      }));
  return [...now.things.values()].filter((thing) => !belongs(thing));
}

/** What was there by itself (nobody's child) and is not any more. */
export const vanished = (before: Inventory, now: Inventory): Thing[] =>
  [...before.things.values()].filter((thing) => thing.owners.length === 0 && !now.things.has(thing.uid));

/** What was there by itself and has another desired state now. */
export const rewritten = (before: Inventory, now: Inventory): Thing[] =>
  [...before.things.values()].filter(
    (thing) =>
      thing.owners.length === 0 &&
      now.things.has(thing.uid) &&
      now.things.get(thing.uid)?.generation !== thing.generation,
  );

export const namesOf = (things: readonly Thing[]): string =>
  things
    .map((thing) => thing.name)
    .sort()
    .slice(0, 8)
    .join(', ');
