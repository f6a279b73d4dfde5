import type { ClusterWrite } from './write.ts';

/**
 * What the command lines of cloud providers do to a cluster and its nodes: everything in it goes with it. Matched in the
 * words that aren't options; making a new cluster, and what only writes a kubeconfig, is none of these.
 */
const CHANGES: ReadonlyMap<string, RegExp> = new Map([
  [
    'aws',
    /(^| )eks (delete-[\w-]+|update-(cluster|nodegroup|addon)[\w-]*|create-(addon|nodegroup|fargate-profile))( |$)/,
  ],
  [
    'gcloud',
    /(^| )container (clusters (delete|resize|upgrade|update)|node-pools (delete|update|rollback|create))( |$)/,
  ],
  [
    'az',
    /^(aks (delete|stop|scale|upgrade|update|rotate-certs|enable-addons|disable-addons|nodepool (add|delete|scale|upgrade|update|stop))|group delete)( |$)/,
  ],
  [
    'doctl',
    /^(kubernetes|k8s|k) (clusters?|c|node-pools?) (delete|delete-selective|rm|d|upgrade|update|replace-node)( |$)/,
  ],
  ['oci', /^ce (cluster|node-pool|virtual-node-pool) (delete|update|delete-node)( |$)/],
  ['ibmcloud', /^(ks|cs|oc) (cluster|worker|worker-pool) (rm|remove|delete|reload|replace|update|resize|reboot)( |$)/],
  ['linode-cli', /^lke (cluster|pool|node)-?(delete|update|recycle)( |$)|^lke \S+-delete( |$)/],
  ['rosa', /^(delete|uninstall|upgrade|edit) (cluster|machinepool|operator-roles)( |$)/],
  ['ocm', /^delete (cluster|\/api\/clusters)/],
  ['kops', /^(delete|rolling-update|update|upgrade) (cluster|ig|instancegroup|instance)( |$)/],
  ['openshift-install', /^destroy( |$)/],
  ['civo', /^(kubernetes|k8s|k3s) (remove|delete|destroy|rm|scale|upgrade|recycle|node-pool)( |$)/],
  ['scw', /^k8s (cluster|pool|node) (delete|upgrade|update|reboot|replace)( |$)/],
  ['vultr-cli', /^kubernetes (delete|update|upgrades|node-pool (delete|update))( |$)/],
]);

export const isProvider = (program: string): boolean => CHANGES.has(program);

export function providerWrite(program: string, args: readonly string[]): ClusterWrite | undefined {
  if (args.some((arg) => /^(--help|-h|--dry-?run(=.*)?)$/.test(arg))) return undefined;
  const given = args.filter((arg) => !arg.startsWith('-')).join(' ');
  const found = CHANGES.get(program)?.exec(given)?.[0].trim();
  if (found === undefined) return undefined;
  return { what: `${program} ${found}`, namespaces: [], everywhere: true, contexts: [], objects: undefined };
}
