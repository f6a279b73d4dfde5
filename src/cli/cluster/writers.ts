import type { Reader } from '../../cluster/index.ts';
import { EXECUTOR_ROLE } from '../../enforcement/index.ts';
import { type KubeObject, recordsAt, textAt, textsAt } from '../../objects/kube-object.ts';
import { must } from './connection.ts';

/** Service accounts outside of kube-system that RBAC lets write in a namespace: operators, pipelines, workloads. */

const RBAC = 'rbac.authorization.k8s.io/v1';
const WRITES = new Set(['*', 'create', 'update', 'patch', 'delete', 'deletecollection']);
/** Asked, never stored. */
const QUESTIONS = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

export async function writersOf(reader: Reader, namespace: string): Promise<string[]> {
  const all = async (kind: string, within?: string) =>
    must(
      await reader.list({ apiVersion: RBAC, kind }, within === undefined ? {} : { namespace: within }),
      `listing ${kind}s`,
    ).items;
  const [clusterRoles, roles, clusterBindings, bindings] = await Promise.all([
    all('ClusterRole'),
    all('Role', namespace),
    all('ClusterRoleBinding'),
    all('RoleBinding', namespace),
  ]);
  const writing = new Set(
    [...clusterRoles, ...roles].filter(writes).map((role) => `${role.kind}/${role.metadata.name ?? ''}`),
  );
  const names = [...clusterBindings, ...bindings]
    .filter((b) => writing.has(`${textAt(b, 'roleRef', 'kind')}/${textAt(b, 'roleRef', 'name')}`))
    .filter((b) => textAt(b, 'roleRef', 'name') !== EXECUTOR_ROLE)
    .flatMap((b) => recordsAt(b, 'subjects').filter((s) => s.kind === 'ServiceAccount'))
    .map((s) => `system:serviceaccount:${textAt(s, 'namespace') || namespace}:${textAt(s, 'name')}`)
    .filter((name) => !name.startsWith('system:serviceaccount:kube-system:'));
  return [...new Set(names)].sort();
}

/** Writes of namespaced things; a rule about cluster-scoped ones alone lets nothing into a namespace, but is rare. */
const writes = (role: KubeObject): boolean =>
  recordsAt(role, 'rules').some(
    (rule) =>
      textsAt(rule, 'verbs').some((verb) => WRITES.has(verb)) &&
      textsAt(rule, 'apiGroups').some((group) => !QUESTIONS.has(group)),
  );
