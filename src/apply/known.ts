import type { Reader } from '../cluster/index.ts';
import { isReadByItsKind, type Known, type KubeObject, kindKey } from '../objects/index.ts';
import { groupOf } from './ref.ts';

/** What is known beside one object of a kind, whatever else is seen. */
export type Knowledge = (object: KubeObject) => Known;

type OfKind = { readonly apiVersion: string; readonly kind: string; readonly namespace?: string | undefined };

/** As many others of a kind show whether it gets a status. */
const PEERS = 50;

/** Kinds whose reading rests on other objects: a claim's storage class, the pools that a MachineConfig is rolled out by. */
const BESIDE: Readonly<Record<string, { readonly apiVersion: string; readonly kind: string }>> = {
  PersistentVolumeClaim: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  ...Object.fromEntries(
    [
      'MachineConfig.machineconfiguration.openshift.io',
      'ImageDigestMirrorSet.config.openshift.io',
      'ImageTagMirrorSet.config.openshift.io',
      'ImageContentSourcePolicy.operator.openshift.io',
    ].map((key) => [key, { apiVersion: 'machineconfiguration.openshift.io/v1', kind: 'MachineConfigPool' }]),
  ),
};

/**
 * Looks up, once for each kind, what readiness can't say from the objects alone: of a kind that no table knows, its
 * definition and the others of it in the cluster; of some kinds the objects that they refer to. What may not be read stays
 * unknown, and the reading says less.
 */
export async function knowledgeOf(reader: Reader, objects: readonly OfKind[]): Promise<Knowledge> {
  const kinds = [...new Map(objects.map((object) => [kindKey(object), object])).values()];
  const known = new Map(
    await Promise.all(kinds.map(async (kind) => [kindKey(kind), await knownOfKind(reader, kind)] as const)),
  );
  return (object) => known.get(kindKey(object)) ?? {};
}

async function knownOfKind(reader: Reader, kind: OfKind): Promise<Known> {
  const beside = BESIDE[kindKey(kind)];
  if (beside !== undefined) {
    const listed = await reader.list(beside);
    return listed.ok ? { around: listed.value.items } : {};
  }
  if (isReadByItsKind(kind)) return {};
  const [crd, peers] = await Promise.all([definitionOf(reader, kind), peersOf(reader, kind)]);
  return { ...(crd === undefined ? {} : { crd }), peers };
}

async function definitionOf(reader: Reader, kind: OfKind): Promise<KubeObject | undefined> {
  const discovery = await reader.discovery();
  const resource = discovery.ok
    ? discovery.value.find({ group: groupOf(kind.apiVersion), kind: kind.kind })
    : undefined;
  if (resource === undefined) return undefined;
  const found = await reader.getIfThere({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: `${resource.resource}.${resource.group}`,
  });
  return found.ok ? found.value : undefined;
}

/** Of the whole cluster, or where that may not be listed, of its namespace. */
async function peersOf(reader: Reader, { apiVersion, kind, namespace }: OfKind): Promise<readonly KubeObject[]> {
  const everywhere = await reader.list({ apiVersion, kind }, { limit: PEERS });
  if (everywhere.ok) return everywhere.value.items;
  const here =
    namespace === undefined ? everywhere : await reader.list({ apiVersion, kind }, { namespace, limit: PEERS });
  return here.ok ? here.value.items : [];
}
