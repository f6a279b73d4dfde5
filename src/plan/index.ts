/**
 * A plan in words → what would happen, whether it may, and one digest for all of it. Pure: files, the shell's reader,
 * criteria, image names and renderers are handed in (world.ts).
 * In: the plan as text or object (phase_1 … or phases[]). Out: problems with their places, the objects with where they
 * are written, the digest and those of phases 1..n, the subjects it uses, a summary for the person who decides.
 */

export { namedIn, operandsOf } from './checks/rollback.ts';
export { objectsOf, readCriterion } from './criteria.ts';
export { type Difference, differenceText, type PhaseDifference, planDifference } from './difference.ts';
export { cumulativeDigests, planDigest } from './digest.ts';
export { readManifests } from './documents.ts';
export { changeOf, type Leaf, type LineChange, leaves, lineChanges, textOf } from './excerpt.ts';
export { type HealthTarget, readHealth } from './health.ts';
export { type ClusterCall, clusterCall, clusterCalls } from './kubectl.ts';
export { loadPlan } from './load.ts';
export { type ParsedPlan, parsePlan, type Source } from './parse.ts';
export { isCustom } from './pods.ts';
export { type Prepared, type PreparedPlan, preparePlan, reloadPlan } from './prepare.ts';
export { isFile } from './resources.ts';
export { type RollbackStep, readRollback } from './rollback.ts';
export { type SecretNeed, type SecretUse, secretUse } from './secrets.ts';
export { servicesWithPods } from './services.ts';
export { planSummary, resourceText } from './summary.ts';
export {
  type Checks,
  commandsOf,
  type Delivery,
  type LoadedPhase,
  type LoadedPlan,
  type Manifest,
  type ObjectRef,
  type Phase,
  type Pinned,
  type Plan,
  type Problem,
  type Provenance,
  type Resource,
  type Risk,
  type SecretSource,
  type TakeOver,
} from './types.ts';
export { type Uses, usesOf } from './uses.ts';
export { validatePlan } from './validate.ts';
export type { Files, Rendered, Renderers, ScriptText, ShellCall, ShellLine, World } from './world.ts';
