/** Kinds as kubectl's users spell them → one spelling, and which of them belong to no namespace. */
const SHORT = {
  po: 'pod',
  deploy: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  rs: 'replicaset',
  rc: 'replicationcontroller',
  svc: 'service',
  cm: 'configmap',
  ing: 'ingress',
  ns: 'namespace',
  no: 'node',
  cj: 'cronjob',
  pvc: 'persistentvolumeclaim',
  pv: 'persistentvolume',
  sa: 'serviceaccount',
  netpol: 'networkpolicy',
  hpa: 'horizontalpodautoscaler',
  pdb: 'poddisruptionbudget',
  ep: 'endpoint',
  endpoints: 'endpoint',
  quota: 'resourcequota',
  limits: 'limitrange',
  sc: 'storageclass',
  crd: 'customresourcedefinition',
  csr: 'certificatesigningrequest',
  pc: 'priorityclass',
  dc: 'deploymentconfig',
  bc: 'buildconfig',
  is: 'imagestream',
  istag: 'imagestreamtag',
  scc: 'securitycontextconstraint',
};

const CLUSTER_WIDE = new Set([
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

/** `deployments.apps` → `deployment`. */
export function kindOf(word) {
  const name = word.toLowerCase().split('.')[0];
  if (SHORT[name] !== undefined) return SHORT[name];
  const singular = name.endsWith('ies')
    ? `${name.slice(0, -3)}y`
    : /(ss|x|ch)es$/.test(name)
      ? name.slice(0, -2)
      : name.endsWith('s') && !name.endsWith('ss')
        ? name.slice(0, -1)
        : name;
  return SHORT[singular] ?? singular;
}

export const isNamespaceKind = (kind) => kind === 'namespace' || kind === 'project';
export const isClusterWide = (kind) => CLUSTER_WIDE.has(kind);
