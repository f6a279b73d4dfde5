import { condition } from './json.ts';
import { listAll, type World } from './world.ts';

/** The ClusterOperator that does the work behind an API group; a kind is served whether or not it works. */
const BEHIND: Readonly<Record<string, string>> = {
  'route.openshift.io': 'ingress',
  'image.openshift.io': 'image-registry',
  'imageregistry.operator.openshift.io': 'image-registry',
  'build.openshift.io': 'openshift-controller-manager',
  'apps.openshift.io': 'openshift-controller-manager',
  'template.openshift.io': 'openshift-apiserver',
  'project.openshift.io': 'openshift-apiserver',
  'user.openshift.io': 'authentication',
  'oauth.openshift.io': 'authentication',
  'security.openshift.io': 'openshift-apiserver',
  'console.openshift.io': 'console',
  'monitoring.coreos.com': 'monitoring',
  'machine.openshift.io': 'machine-api',
  'machineconfiguration.openshift.io': 'machine-config',
  'operators.coreos.com': 'operator-lifecycle-manager',
  'packages.operators.coreos.com': 'operator-lifecycle-manager-packageserver',
  'olm.operatorframework.io': 'olm',
  'snapshot.storage.k8s.io': 'csi-snapshot-controller',
  'storage.k8s.io': 'storage',
  'k8s.cni.cncf.io': 'network',
  'networking.k8s.io': 'network',
  'k8s.ovn.org': 'network',
  'metrics.k8s.io': 'monitoring',
};

export type Trouble = {
  /** It does nothing now, or does it badly. */
  readonly state: 'NotAvailable' | 'Degraded';
  readonly message: string;
  readonly next: string;
};

/** What is wrong with the part of OpenShift behind an API group; undefined where nothing is known to be. */
export async function troubleBehind(world: World, group: string): Promise<Trouble | undefined> {
  const name = BEHIND[group];
  if (name === undefined) return undefined;
  const found = await listAll(world, 'config.openshift.io', 'ClusterOperator');
  if (found.state !== 'listed') return undefined;
  const operator = found.items.find((one) => one.metadata.name === name);
  if (operator === undefined) return undefined;
  const next = `look at it: kubectl describe clusteroperator ${name}`;
  const [available, degraded] = [condition(operator, 'Available'), condition(operator, 'Degraded')];
  if (available?.status === 'False')
    return {
      state: 'NotAvailable',
      message: `the ClusterOperator ${name}, which does the work behind it, is not Available: ${available.message}`,
      next,
    };
  if (degraded?.status === 'True')
    return {
      state: 'Degraded',
      message: `the ClusterOperator ${name}, which does the work behind it, is Degraded: ${degraded.message}`,
      next,
    };
  return undefined;
}
