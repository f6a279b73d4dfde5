import type { KubeObject } from '../objects/kube-object.ts';
import { crds } from './crds.ts';
import { guardBinding, guardPolicy } from './guard-policy.ts';
import { API_VERSION, BREAK_GLASS, executorUser, HOME, MANAGED } from './names.ts';
import { approverBinding, approverPolicy, objectsBinding, objectsPolicy } from './objects-policy.ts';
import { executorObjects, home, serverAccount, serverBindings, serverRoles } from './roles.ts';

export type InstallOptions = {
  /** Users that are a server's identity, beside the service account of the installation. */
  readonly servers: readonly string[];
  /** Whether MutatingAdmissionPolicy is served: without it no Approval has a stamped approver. */
  readonly stamps: boolean;
};

/** Everything `infragate cluster install` puts into a cluster, in the order in which each has what it needs. */
export const installation = ({ servers, stamps }: InstallOptions): readonly KubeObject[] => [
  home(),
  ...crds(),
  serverAccount(),
  ...serverRoles(),
  ...serverBindings(servers),
  guardPolicy(),
  objectsPolicy(),
  objectsBinding(),
  ...(stamps ? [approverPolicy(), approverBinding()] : []),
];

export type GuardOptions = {
  readonly namespace: string;
  /** Users and service accounts whose writes are the cluster's own work, confirmed by the admin. */
  readonly allow: readonly string[];
  readonly breakGlass?: string;
  /** Bullets may be fired here before a plan is approved. */
  readonly proving?: boolean;
};

export const phaseOf = ({ namespace, allow, breakGlass = BREAK_GLASS, proving = false }: GuardOptions): KubeObject => ({
  apiVersion: API_VERSION,
  kind: 'Phase',
  metadata: { name: namespace, namespace: HOME, labels: MANAGED },
  spec: { namespace, executor: executorUser(namespace), allow, break_glass: breakGlass, proving },
});

/** What guarding a namespace makes, in order: nothing is refused before the last, and all is there when it is. */
export const guardObjects = (options: GuardOptions): readonly KubeObject[] => [
  ...executorObjects(options.namespace),
  phaseOf(options),
  guardBinding(options.namespace),
];
