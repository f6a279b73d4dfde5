/** kubectl's short names (`kubectl api-resources`), of the kinds that rollbacks name. */
const SHORT: Readonly<Record<string, string>> = {
  cm: 'configmap',
  cj: 'cronjob',
  crd: 'customresourcedefinition',
  crds: 'customresourcedefinition',
  ds: 'daemonset',
  dc: 'deploymentconfig',
  deploy: 'deployment',
  ep: 'endpoints',
  hpa: 'horizontalpodautoscaler',
  ing: 'ingress',
  is: 'imagestream',
  limits: 'limitrange',
  netpol: 'networkpolicy',
  ns: 'namespace',
  pdb: 'poddisruptionbudget',
  po: 'pod',
  pv: 'persistentvolume',
  pvc: 'persistentvolumeclaim',
  quota: 'resourcequota',
  rc: 'replicationcontroller',
  rs: 'replicaset',
  sa: 'serviceaccount',
  sc: 'storageclass',
  sts: 'statefulset',
  svc: 'service',
}; // prettier-ignore

/** Is `deployments.apps`, `deploy`, `Deployment` … this kind? */
export function kindIs(word: string, kind: string): boolean {
  const plain = (word.split('.')[0] ?? '').toLowerCase();
  const wanted = kind.toLowerCase();
  return [SHORT[plain], plain, plain.replace(/s$/, ''), plain.replace(/es$/, ''), plain.replace(/ies$/, 'y')].includes(
    wanted,
  );
}
