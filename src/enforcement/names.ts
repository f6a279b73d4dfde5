/** Names that the cluster, the server and people share. */

export const GROUP = 'infragate.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
/** Where everything of infragate is, so that rights in an application's namespace lead to none of it. */
export const HOME = 'infragate-system';
export const GUARD = 'infragate-guard';
export const OBJECTS = 'infragate-objects';
export const APPROVALS = 'infragate-approvals';
export const SERVER_ROLE = 'infragate-server';
export const EXECUTOR_ROLE = 'infragate-executor';
export const BREAK_GLASS = 'infragate:break-glass';
export const MANAGED = { 'app.kubernetes.io/managed-by': 'infragate' } as const;
/** On a Phase, a CRD or the home namespace: it may be deleted now. Only `release` and `uninstall` set it. */
export const RELEASED = `${GROUP}/released`;

export const bindingName = (namespace: string): string => `${GUARD}-${namespace}`;
export const executorName = (namespace: string): string => `executor-${namespace}`;
export const executorUser = (namespace: string): string => `system:serviceaccount:${HOME}:${executorName(namespace)}`;

export const phasePath = (namespace: string): string =>
  `/apis/${API_VERSION}/namespaces/${HOME}/phases/${encodeURIComponent(namespace)}`;
