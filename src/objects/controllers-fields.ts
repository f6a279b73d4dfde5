import { isRecord, type KubeObject, kindKey } from './kube-object.ts';

const NONE: ReadonlySet<string> = new Set();
const RULES: ReadonlySet<string> = new Set(['rules']);

/**
 * Pure: fields of a manifest that a controller writes whatever is applied. The rules of an aggregated ClusterRole are
 * filled from the roles that it selects; what the manifest says there is overwritten
 * (kubernetes.io/docs/reference/access-authn-authz/rbac, "Aggregated ClusterRoles").
 */
export const controllersFields = (manifest: KubeObject): ReadonlySet<string> =>
  kindKey(manifest) === 'ClusterRole.rbac.authorization.k8s.io' && isRecord(manifest.aggregationRule) ? RULES : NONE;

/** The manifest without them: applied with them, it would fight its controller about who owns the field. */
export function withoutControllersFields(manifest: KubeObject): KubeObject {
  const theirs = controllersFields(manifest);
  if (theirs.size === 0) return manifest;
  const { apiVersion, kind, metadata } = manifest;
  return {
    ...Object.fromEntries(Object.entries(manifest).filter(([key]) => !theirs.has(key))),
    apiVersion,
    kind,
    metadata,
  };
}
