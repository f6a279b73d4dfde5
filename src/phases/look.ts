import type { Reader } from '../cluster/index.ts';
import { isRecord, type KubeObject } from '../objects/index.ts';
import type { LoadedPlan } from '../plan/index.ts';
import type { Looked, Surroundings } from '../review/index.ts';

/** What the cluster said to a plan, kept with it: the approver's review is made of it. */
export type Look = {
  readonly at: string;
  readonly looked: readonly Looked[];
  readonly around: Surroundings;
};

const WORKLOADS = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig' },
  { apiVersion: 'v1', kind: 'Pod' },
] as const;

/** Controllers whose Pods are read from their own templates. */
const READ_BY_TEMPLATE = /^(Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|ReplicationController)$/;

/** What is in these namespaces that a plan could take endpoints, names or room from. */
export async function surroundings(reader: Reader, namespaces: readonly string[]): Promise<Surroundings> {
  const unseen: string[] = [];
  const all = async (kind: { apiVersion: string; kind: string }): Promise<KubeObject[]> => {
    const lists = await Promise.all(namespaces.map((namespace) => reader.list(kind, { namespace })));
    return lists.flatMap((listed) => {
      if (listed.ok) return listed.value.items.map(lean);
      // A kind that isn't served has no objects.
      if (listed.error.status !== 404 && listed.error.reason !== 'NoKindMatch') unseen.push(kind.kind);
      return [];
    });
  };
  const [services, quotas, ...workloads] = await Promise.all([
    all({ apiVersion: 'v1', kind: 'Service' }),
    all({ apiVersion: 'v1', kind: 'ResourceQuota' }),
    ...WORKLOADS.map(all),
  ]);
  return {
    services,
    workloads: workloads.flat().filter((o) => !isFollower(o)),
    quotas,
    unseen: [...new Set(unseen)],
  };
}

const isFollower = (object: KubeObject): boolean =>
  (object.metadata.ownerReferences ?? []).some((o) => o.controller === true && READ_BY_TEMPLATE.test(o.kind));

/** Without what grows and tells an approver nothing: managed fields, and a Pod's or workload's status. */
function lean(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  const { status, ...rest } = object;
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata,
    ...(object.kind === 'ResourceQuota' ? { status } : {}),
  };
}

/** One object as it was tried. A Secret's values are compared here and go no further. */
export function lookedAt(
  phase: number,
  planned: KubeObject,
  tried: { readonly result?: KubeObject | undefined; readonly live?: KubeObject | undefined; readonly why?: string },
): Looked {
  const { result, live, why } = tried;
  return {
    phase,
    planned: hidden(planned, undefined),
    ...(result === undefined ? {} : { result: hidden(lean(result), live) }),
    ...(live === undefined ? {} : { live: hidden(lean(live), undefined) }),
    ...(why === undefined ? {} : { why }),
  };
}

function hidden(object: KubeObject, other: KubeObject | undefined): KubeObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  const fields = (['data', 'stringData'] as const).flatMap((field) => {
    const values = object[field];
    if (!isRecord(values)) return [];
    const before = other === undefined ? undefined : other[field];
    const same = (key: string) => !isRecord(before) || !(key in before) || before[key] === values[key];
    const shown = Object.keys(values).map((key) => [key, same(key) ? '(hidden)' : '(hidden, another value)']);
    return [[field, Object.fromEntries(shown)] as const];
  });
  const { annotations = {} } = object.metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...kept } = annotations;
  return { ...object, ...Object.fromEntries(fields), metadata: { ...object.metadata, annotations: kept } };
}

/** A plan that was kept before looks were: nothing of it has been tried, and that is what is shown. */
export const untried = (loaded: LoadedPlan, at: string): Look => ({
  at,
  looked: loaded.phases.flatMap((p) =>
    p.manifests.map((m) => lookedAt(p.number, m.object, { why: 'no dry run is on record' })),
  ),
  around: { services: [], workloads: [], quotas: [], unseen: [] },
});
