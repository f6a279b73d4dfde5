// What every sandbox's cluster holds from the start, and the questions whether it is there yet.

import { type Api, apply, call, get } from './api.ts';
import { NODE_NAME, PEOPLE } from './users.ts';

/** kwok plays every Node object it finds; the lower bounds are those of a small real machine, so quotas mean something. */
export async function createKwokNode(api: Api): Promise<void> {
  const resources = { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' };
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: NODE_NAME,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': NODE_NAME,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': process.arch === 'arm64' ? 'arm64' : 'amd64',
        type: 'kwok',
      },
    },
    status: { capacity: resources, allocatable: resources },
  };
  await call(api, '/api/v1/nodes', { method: 'POST', body: node });
}

export async function bindPeople(api: Api): Promise<void> {
  for (const { name, clusterRole } of PEOPLE) {
    if (clusterRole === undefined) continue;
    const binding = `infragate-sandbox-${name}`;
    await apply(api, `/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/${binding}`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: binding, namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    });
  }
}

export async function defaultServiceAccountExists(api: Api): Promise<boolean> {
  return (await call(api, '/api/v1/namespaces/default/serviceaccounts/default')).status === 200;
}

type NodeList = { items: { status?: { conditions?: { type: string; status: string }[] } }[] };

/** Every node is Ready and there is at least one. */
export async function nodesReady(api: Api): Promise<boolean> {
  const nodes = (await get(api, '/api/v1/nodes')) as NodeList | undefined;
  const items = nodes?.items ?? [];
  return (
    items.length > 0 &&
    items.every((node) => node.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'))
  );
}

export async function serverVersion(api: Api): Promise<string> {
  const version = (await get(api, '/version')) as { gitVersion?: string } | undefined;
  return version?.gitVersion ?? 'unknown';
}
