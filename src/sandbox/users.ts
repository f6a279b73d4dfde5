// Who may talk to the API server, and the kubeconfigs they do it with. Pure, but for the random tokens.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

export type User = { name: string; groups: readonly string[]; token: string };

/** People's users, least able last; each becomes a context. Where `clusterRole` is set it is bound in `default`. */
export const PEOPLE = [
  { name: 'admin', groups: ['system:masters'], clusterRole: undefined },
  { name: 'editor', groups: [], clusterRole: 'edit' },
  { name: 'viewer', groups: [], clusterRole: 'view' },
  { name: 'nobody', groups: [], clusterRole: undefined },
] as const;

export const NODE_NAME = 'node-1';

/** The components' users, by the name of the component. */
export const COMPONENT_USERS: Readonly<Record<string, { name: string; groups: readonly string[] }>> = {
  'kube-controller-manager': { name: 'system:kube-controller-manager', groups: [] },
  'kube-scheduler': { name: 'system:kube-scheduler', groups: [] },
  kwok: { name: 'kwok', groups: ['system:masters'] },
  kubelet: { name: `system:node:${NODE_NAME}`, groups: ['system:nodes'] },
  'kube-proxy': { name: 'system:kube-proxy', groups: [] },
  'storage-provisioner': { name: 'storage-provisioner', groups: ['system:masters'] },
};

export function withToken(user: { name: string; groups: readonly string[] }): User {
  return { name: user.name, groups: user.groups, token: randomBytes(24).toString('base64url') };
}

/** The format of --token-auth-file: token, name, uid, and the groups in one quoted field. */
export function tokenFile(users: readonly User[]): string {
  return users.map((user) => `${user.token},${user.name},${user.name},"${user.groups.join(',')}"\n`).join('');
}

export type Contexts = { admin: string; editor: string; viewer: string; nobody: string };

export function contextsOf(sandbox: string): Contexts {
  const admin = `infragate-sandbox-${sandbox}`;
  return { admin, editor: `${admin}-editor`, viewer: `${admin}-viewer`, nobody: `${admin}-nobody` };
}

/** A kubeconfig (JSON is YAML) with a context for each user; the first one is current. */
export function kubeconfig(
  server: string,
  authority: string,
  contexts: readonly { name: string; token: string }[],
): string {
  const cluster = contexts[0]?.name ?? '';
  const value = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: cluster, cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } },
    ],
    users: contexts.map(({ name, token }) => ({ name, user: { token } })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster, user: name, namespace: 'default' } })),
    'current-context': cluster,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What ServiceAccount tokens are signed and checked with. */
export function serviceAccountKeys(): { private: string; public: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    private: pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    public: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
