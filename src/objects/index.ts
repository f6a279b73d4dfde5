/**
 * What Kubernetes objects say, read from their JSON alone: is it ready, why does it fail, what does it name, need and own,
 * does it differ from what was applied, what must come first. In: objects and events as the API server sends them (and
 * the time, where time matters). Out: values. Pure, total: no I/O, no clock, and no JSON makes it throw.
 */

export { controllersFields, withoutControllersFields } from './controllers-fields.ts';
export { type Drift, type DriftOptions, drift, isAutoscaled } from './drift.ts';
export {
  type ApiError,
  diagnose,
  diagnoseAdmission,
  type Exceeded,
  exceededQuota,
  FAILURE_TYPES,
  type Failure,
  type FailureType,
  type LogWanted,
  type Tree,
  type When,
  waitsForOthers,
} from './failure/index.ts';
export { withSteadyNames } from './generated.ts';
export { type ImageReference, imagesOf, isCustom } from './images.ts';
export * from './kube-object.ts';
export { KUBECTL_YAML } from './kubectl-yaml.ts';
export { withLimitRanges } from './limit-range.ts';
export { type ListKinds, listKindsOf } from './list-keys.ts';
export { foreignFinalizers, type Going, isKey, lossOf } from './loss.ts';
export { isOfApi, mentionsApi, mentionsImage, mentionsKind } from './mentions.ts';
export { inOrder, rankOf } from './order.ts';
export { ownersOf, treeOf } from './owners.ts';
export type { Reference } from './pod-references.ts';
export { containersOf, type PlacedContainer, type PodTemplate, podTemplateOf } from './pod-template.ts';
export {
  add,
  compareQuantity,
  formatQuantity,
  isZero,
  larger,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtract,
  times,
  ZERO,
} from './quantity.ts';
export {
  isScoped,
  type Needs,
  type NeedsOptions,
  needsOf,
  podNeeds,
  podsOf,
  type Shortfall,
  scale,
  shortfalls,
  sum,
  surgeOf,
} from './quota.ts';
export { type Unsaid, unsaid } from './quota-required.ts';
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
export { accessModesOf, pullSecretsOf, referencesOf, selectorOf, serviceAccountOf } from './references.ts';
export { restarts } from './restarts.ts';
export { STEADY_AFTER_RESTART_MS, STEADY_MS, unsteadyFor } from './steady.ts';
export { isDefaultClass } from './storage-class.ts';
