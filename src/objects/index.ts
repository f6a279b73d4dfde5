/**
 * What Kubernetes objects say, read from their JSON alone: is it ready, why does it fail, what does it name, need and own,
 * does it differ from what was applied, what must come first. In: objects and events as the API server sends them (and
 * the time, where time matters). Out: values. Pure, total: no I/O, no clock, and no JSON makes it throw.
 */

export { withoutControllersFields } from './controllers-fields.ts';
export { drift, isAutoscaled } from './drift.ts';
export {
  diagnose,
  diagnoseAdmission,
  type Failure,
  waitsForOthers,
} from './failure/index.ts';
export { withSteadyNames } from './generated.ts';
export { imagesOf, isCustom } from './images.ts';
export * from './kube-object.ts';
export { KUBECTL_YAML } from './kubectl-yaml.ts';
export { withLimitRanges } from './limit-range.ts';
export { listKindsOf } from './list-keys.ts';
export { foreignFinalizers, isKey, lossOf } from './loss.ts';
export { isOfApi } from './mentions.ts';
export { inOrder } from './order.ts';
export { ownersOf, treeOf } from './owners.ts';
export type { Reference } from './pod-references.ts';
export { containersOf, podTemplateOf } from './pod-template.ts';
export {
  add,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  subtract,
  ZERO,
} from './quantity.ts';
export {
  isScoped,
  type Needs,
  needsOf,
  podNeeds,
  shortfalls,
  sum,
  surgeOf,
} from './quota.ts';
export { unsaid } from './quota-required.ts';
export {
  changedSince,
  isIdle,
  isReadByItsKind,
  isStoredOnly,
  type Known,
  mayStay,
  type Reading,
  readiness,
  readyAddresses,
} from './readiness/index.ts';
export { pullSecretsOf, referencesOf, selectorOf, serviceAccountOf } from './references.ts';
export { restarts } from './restarts.ts';
export { STEADY_AFTER_RESTART_MS, STEADY_MS, unsteadyFor } from './steady.ts';
export { isDefaultClass } from './storage-class.ts';
