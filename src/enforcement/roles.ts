import type { KubeObject } from '../objects/kube-object.ts';
import { EXECUTOR_ROLE, executorName, GROUP, HOME, MANAGED, SERVER_ROLE } from './names.ts';

/** Who may do what, as data. */

const RBAC = 'rbac.authorization.k8s.io';
const metadata = (name: string, namespace?: string) => ({
  name,
  labels: MANAGED,
  ...(namespace === undefined ? {} : { namespace }),
});

export type Subject = { readonly kind: 'User' | 'Group' | 'ServiceAccount'; readonly name: string };

/** `system:serviceaccount:NAMESPACE:NAME` is a user's name, too; RBAC takes it as one. */
const subject = ({ kind, name }: Subject) =>
  kind === 'ServiceAccount' ? { kind, name, namespace: HOME } : { apiGroup: RBAC, kind, name };

const roleRef = (kind: 'ClusterRole' | 'Role', name: string) => ({ apiGroup: RBAC, kind, name });

export const home = (): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: metadata(HOME) });

export const serverAccount = (): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(SERVER_ROLE, HOME),
});

/** The server reads; what it writes are its own objects, never an application's. */
export const serverRoles = (): readonly KubeObject[] => [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: metadata(SERVER_ROLE),
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: metadata(SERVER_ROLE, HOME),
    rules: [
      { apiGroups: [GROUP], resources: ['phases'], verbs: ['get', 'list', 'watch', 'patch'] },
      { apiGroups: [GROUP], resources: ['changes', 'changes/status'], verbs: ['get', 'list', 'create', 'patch'] },
      // A token is bound to a Secret, because Kubernetes binds tokens to Pods, Nodes and Secrets only.
      { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete'] },
      { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
    ],
  },
  /** Everything in a guarded namespace that the policy lets through; bound there and nowhere else. */
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: metadata(EXECUTOR_ROLE),
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  },
];

export const serverBindings = (users: readonly string[]): readonly KubeObject[] => {
  const subjects = [
    { kind: 'ServiceAccount', name: SERVER_ROLE } as const,
    ...users.map((name): Subject => ({ kind: 'User', name })),
  ].map(subject);
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: metadata(SERVER_ROLE),
      roleRef: roleRef('ClusterRole', SERVER_ROLE),
      subjects,
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: metadata(SERVER_ROLE, HOME),
      roleRef: roleRef('Role', SERVER_ROLE),
      subjects,
    },
  ];
};

export const executorObjects = (namespace: string): readonly KubeObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(executorName(namespace), HOME) },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: metadata(EXECUTOR_ROLE, namespace),
    roleRef: roleRef('ClusterRole', EXECUTOR_ROLE),
    subjects: [subject({ kind: 'ServiceAccount', name: executorName(namespace) })],
  },
];
