import type { KubeObject } from '../cluster/index.ts';
import { fail, unknown, type Verdict } from '../workflow/index.ts';
import { insteadOf } from './api-miss.ts';
import { at, isRecord, list, text } from './json.ts';
import { discoveryOf, type World } from './world.ts';

/**
 * The service account, priority and runtime class that the same set brings aren't there when the Pod is tried: it is tried
 * without them. Whether they are in the set is said with the references.
 */
export async function withoutWhatTheSetBrings(
  world: Pick<World, 'reader' | 'namespace'>,
  pod: KubeObject,
  object: KubeObject,
  set: readonly KubeObject[],
): Promise<KubeObject> {
  if (!isRecord(pod.spec)) return pod;
  const spec: Record<string, unknown> = { ...pod.spec };
  const home = object.metadata.namespace ?? world.namespace;
  for (const [fields, kind, apiVersion] of FROM_SET) {
    const name = text(spec[fields[0]]);
    const brought = set.some(
      (o) =>
        o.kind === kind &&
        o.metadata.name === name &&
        (kind !== 'ServiceAccount' || (o.metadata.namespace ?? world.namespace) === home),
    );
    if (!brought) continue;
    const where = kind === 'ServiceAccount' ? { namespace: home } : {};
    const there = await world.reader.getIfThere({ apiVersion, kind, name, ...where });
    if (there.ok && there.value === undefined) for (const field of fields) delete spec[field];
  }
  return { ...pod, spec };
}

/** The fields that name one, or that the API server filled in because of it. */
const FROM_SET = [
  [['serviceAccountName', 'serviceAccount'], 'ServiceAccount', 'v1'],
  [['priorityClassName', 'priority'], 'PriorityClass', 'scheduling.k8s.io/v1'],
  [['runtimeClassName', 'overhead'], 'RuntimeClass', 'node.k8s.io/v1'],
] as const;

type Order = { verdict: Verdict; suggestion?: string };

/** A custom object whose definition is in the same set, or an object in a namespace of it: it can't be judged before. */
export async function waitsForSet(
  world: World,
  object: KubeObject,
  set: readonly KubeObject[],
): Promise<Order | undefined> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message) };
  const { kind } = object;
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const version = object.apiVersion.slice(slash + 1);
  if (discovery.value.find({ group, version, kind }) === undefined) {
    const definition = set.find(
      (o) =>
        o.kind === 'CustomResourceDefinition' &&
        at(o, 'spec', 'group') === group &&
        at(o, 'spec', 'names', 'kind') === kind,
    );
    if (definition !== undefined) return { verdict: definedBy(definition, version) };
    const miss = await insteadOf(world, discovery.value, { group, version, kind, field: undefined });
    const message = `the cluster serves no ${object.apiVersion} ${kind}: ${miss.verdict.message}`;
    if (miss.verdict.status === 'unknown') return { verdict: unknown(miss.verdict.reason, message) };
    const right = miss.diverges ?? miss.suggestion;
    return { verdict: fail('NoKindMatch', message), ...(right === undefined ? {} : { suggestion: right }) };
  }
  const namespace = object.metadata.namespace;
  if (namespace === undefined || namespace === world.namespace) return undefined;
  const made = set.some((o) => o.kind === 'Namespace' && o.metadata.name === namespace);
  if (!made) return undefined;
  const there = await world.once(`namespace ${namespace}`, () =>
    world.reader.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
  );
  if (!there.ok || there.value !== undefined) return undefined;
  const message = `its namespace ${namespace} is made by the same set, so it can only be judged once that is there`;
  return { verdict: unknown('NamespaceInSet', message) };
}

function definedBy(definition: KubeObject, version: string): Verdict {
  const name = definition.metadata.name ?? '';
  const versions = list(at(definition, 'spec', 'versions')).filter((v) => at(v, 'served') === true);
  const served = versions.map((v) => text(at(v, 'name')));
  if (!served.includes(version)) {
    return fail(
      'VersionNotServed',
      `its CRD ${name} in the same set serves ${served.join(', ') || 'nothing'}, not ${version}`,
    );
  }
  return unknown('DefinedInSet', `its CRD ${name} is in the same set, so it can only be judged once that is there`);
}
