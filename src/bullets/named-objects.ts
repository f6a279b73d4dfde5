import type { Sight } from '../apply/index.ts';
import { type Discovery, groupVersion, type Reader } from '../cluster/index.ts';
import { isSubject, type Predicate, type Subject } from '../criteria/index.ts';
import type { KubeObject } from '../objects/index.ts';

/** They change without being watched: read again so often. */
const EVERY_MS = 1000;

/**
 * What criteria name and the tree doesn't hold: a Secret or a Service that a controller makes without owning it. Read by
 * name in the namespace of the objects; of a Secret only its keys are kept.
 */
export function namedObjects(
  reader: Reader,
  predicates: readonly Predicate[],
): (sight: Sight) => Promise<readonly KubeObject[]> {
  const subjects = predicates.flatMap((predicate) => predicate.target.subjects);
  let found: readonly KubeObject[] = [];
  let readAt = 0;
  return async (sight) => {
    const wanted = subjects.filter((subject) => !sight.tree.some((object) => isSubject(subject, object)));
    if (wanted.length === 0) return [];
    if (sight.now - readAt < EVERY_MS) return found;
    readAt = sight.now;
    const discovery = await reader.discovery();
    if (!discovery.ok) return found;
    const namespace = sight.roots.find((root) => root.metadata.namespace !== undefined)?.metadata.namespace;
    const read = await Promise.all(wanted.map((subject) => readOne(reader, discovery.value, subject, namespace)));
    found = read.flat();
    return found;
  };
}

async function readOne(
  reader: Reader,
  discovery: Discovery,
  { kind, name, apiVersion, namespace: own }: Subject,
  namespace: string | undefined,
): Promise<KubeObject[]> {
  const candidates = discovery.resources.filter((r) => r.kind === kind && r.verbs.includes('get'));
  const served = candidates.find((r) => isBuiltIn(r.group)) ?? candidates[0];
  const version = apiVersion ?? (served === undefined ? undefined : groupVersion(served.group, served.version));
  if (version === undefined) return [];
  const where = own ?? namespace;
  const read = await reader.getIfThere({
    apiVersion: version,
    kind,
    name,
    ...(where === undefined ? {} : { namespace: where }),
  });
  return read.ok && read.value !== undefined ? [withoutValues(read.value)] : [];
}

/** Kubernetes' own groups before others': a Service is not Knative's unless there is only that. */
const isBuiltIn = (group: string): boolean => !group.includes('.') || group.endsWith('.k8s.io');

function withoutValues(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret' || typeof object.data !== 'object' || object.data === null) return object;
  return { ...object, data: Object.fromEntries(Object.keys(object.data).map((key) => [key, ''])) };
}
