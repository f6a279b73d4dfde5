/**
 * Enforcement by the API server itself, as data: the kinds of infragate.dev, the policies, the roles, and what a write
 * must leave. Pure; what puts it into a cluster is cli/cluster/, and what writes under it is cluster/guarded.ts.
 * In: a namespace, who is allowed, an object as two dry runs left it. Out: Kubernetes objects and entries of a Phase.
 */

export { expectedOf } from './expected.ts';
export { guardBinding } from './guard-policy.ts';
export { type GuardOptions, guardObjects, installation, phaseOf } from './installation.ts';
export {
  API_VERSION,
  APPROVALS,
  BREAK_GLASS,
  bindingName,
  EXECUTOR_ROLE,
  executorName,
  GROUP,
  GUARD,
  HOME,
  phasePath,
  RELEASED,
} from './names.ts';
export { executorObjects } from './roles.ts';
