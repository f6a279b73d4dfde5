import type { Words } from './text.ts';

/** Kinds as kubectl's users spell them → one spelling, and which of them belong to no namespace. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['po', 'pod'],
  ['deploy', 'deployment'],
  ['sts', 'statefulset'],
  ['ds', 'daemonset'],
  ['rs', 'replicaset'],
  ['rc', 'replicationcontroller'],
  ['svc', 'service'],
  ['cm', 'configmap'],
  ['ing', 'ingress'],
  ['ns', 'namespace'],
  ['no', 'node'],
  ['cj', 'cronjob'],
  ['pvc', 'persistentvolumeclaim'],
  ['pv', 'persistentvolume'],
  ['sa', 'serviceaccount'],
  ['netpol', 'networkpolicy'],
  ['hpa', 'horizontalpodautoscaler'],
  ['pdb', 'poddisruptionbudget'],
  ['ep', 'endpoint'],
  ['endpoints', 'endpoint'],
  ['ev', 'event'],
  ['quota', 'resourcequota'],
  ['limits', 'limitrange'],
  ['sc', 'storageclass'],
  ['crd', 'customresourcedefinition'],
  ['csr', 'certificatesigningrequest'],
  ['pc', 'priorityclass'],
  ['dc', 'deploymentconfig'],
  ['bc', 'buildconfig'],
  ['is', 'imagestream'],
  ['istag', 'imagestreamtag'],
  ['scc', 'securitycontextconstraint'],
]);

const CLUSTER_WIDE: Words = new Set([
  'node',
  'persistentvolume',
  'customresourcedefinition',
  'clusterrole',
  'clusterrolebinding',
  'storageclass',
  'priorityclass',
  'apiservice',
  'ingressclass',
  'runtimeclass',
  'csidriver',
  'validatingwebhookconfiguration',
  'mutatingwebhookconfiguration',
  'validatingadmissionpolicy',
  'validatingadmissionpolicybinding',
  'certificatesigningrequest',
  'securitycontextconstraint',
  'clusteroperator',
  'clusterversion',
  'machineconfig',
  'oauth',
]);

/** Kinds that every cluster serves in a namespace. */
const NAMESPACED: Words = new Set([
  ...[...SHORT.values()].filter((kind) => !CLUSTER_WIDE.has(kind)),
  'secret',
  'role',
  'rolebinding',
  'job',
  'lease',
  'template',
  'route',
  'build',
  'project',
  'event',
  'all',
]);

/** `deployments.apps` → `deployment`. */
export function kindOf(word: string): string {
  const [name = ''] = word.toLowerCase().split('.');
  const known = SHORT.get(name);
  if (known !== undefined) return known;
  const singular = name.endsWith('ies')
    ? `${name.slice(0, -3)}y`
    : /(ss|x|ch)es$/.test(name)
      ? name.slice(0, -2)
      : name.endsWith('s') && !name.endsWith('ss')
        ? name.slice(0, -1)
        : name;
  return SHORT.get(singular) ?? singular;
}

export const isNamespaceKind = (kind: string): boolean => kind === 'namespace' || kind === 'project';
export const isClusterWide = (kind: string): boolean => CLUSTER_WIDE.has(kind);
/** Whether a word names a kind that Kubernetes or OpenShift serves (custom kinds are not known here). */
export const isBuiltInKind = (word: string): boolean => {
  const kind = kindOf(word);
  return NAMESPACED.has(kind) || CLUSTER_WIDE.has(kind);
};
