import { API_VERSION, HOME, phasePath } from '../enforcement/index.ts';
import { at } from '../objects/kube-object.ts';
import type { Connection } from './connection.ts';
import type { GuardedNamespace } from './guarded.ts';

/** Where a deployment stands, for whom the cluster refuses, and for `kubectl get changes -A`. */
export type Standing = {
  readonly deployment: string;
  readonly component: string;
  readonly requester: string;
  readonly gate: string;
  readonly stage: string;
  /** `R passes, 0 open, …` */
  readonly gates: string;
  readonly open: boolean;
  /** Of the plan, when there is one. */
  readonly plan?: string;
};

/** Written only where it differs. A server that may not is no reason to stop: the refusal then names less. */
export async function tellStanding(
  connection: Connection,
  namespaces: readonly GuardedNamespace[],
  standing: Standing,
): Promise<void> {
  const { deployment, gate, open } = standing;
  const wanted = open ? { deployment, gate } : { deployment: '', gate: '' };
  for (const { namespace } of namespaces) {
    const there = await connection.json({ method: 'GET', path: phasePath(namespace) });
    if (!there.ok) continue;
    const known = at(there.value.value, 'spec', 'standing');
    const others = !open && at(known, 'deployment') !== deployment;
    if (others || (at(known, 'deployment') === wanted.deployment && at(known, 'gate') === wanted.gate)) continue;
    await connection.json({
      method: 'PATCH',
      path: phasePath(namespace),
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({ spec: { standing: wanted } }),
    });
  }
  for (const { namespace } of namespaces) await tellChange(connection, namespace, standing);
}

/** What an approver is asked about, for `kubectl get changes` and for Approvals. */
export async function tellReview(
  connection: Connection,
  {
    deployment,
    namespace,
    plan,
    review,
  }: Pick<Standing, 'deployment'> & { namespace: string; plan: string; review: string },
): Promise<void> {
  await connection.json({
    method: 'PATCH',
    path: `/apis/${API_VERSION}/namespaces/${HOME}/changes/${encodeURIComponent(changeName(deployment, namespace))}`,
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ spec: { plan_digest: plan, review_digest: review } }),
  });
}

export const changeName = (deployment: string, namespace: string): string => `${deployment}.${namespace}`;

async function tellChange(connection: Connection, namespace: string, standing: Standing): Promise<void> {
  const { deployment, component, requester, stage, gates, plan } = standing;
  const name = changeName(deployment, namespace);
  const path = `/apis/${API_VERSION}/namespaces/${HOME}/changes/${encodeURIComponent(name)}`;
  const spec = {
    deployment,
    component,
    namespace,
    requester,
    ...(plan === undefined ? {} : { plan_digest: plan }),
  };
  const apply = (to: string, body: Readonly<Record<string, unknown>>) =>
    connection.json({
      method: 'PATCH',
      path: `${to}?fieldManager=infragate&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify({ apiVersion: API_VERSION, kind: 'Change', metadata: { name, namespace: HOME }, ...body }),
    });
  const there = await connection.json({ method: 'GET', path });
  const now = there.ok ? there.value.value : undefined;
  if (Object.entries(spec).some(([field, value]) => at(now, 'spec', field) !== value)) await apply(path, { spec });
  if (at(now, 'status', 'gates') !== gates || at(now, 'status', 'stage') !== stage)
    await apply(`${path}/status`, { status: { stage, gates, look: `infragate status ${deployment}` } });
}
