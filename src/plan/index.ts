/**
 * A plan in words → what would happen, whether it may, and one digest for all of it. Pure: files, the shell's reader,
 * criteria, image names and renderers are handed in (world.ts).
 * In: the plan as text or object (phase_1 … or phases[]). Out: problems with their places, the objects with where they
 * are written, the digest and those of phases 1..n, the subjects it uses, a summary for the person who decides.
 */

export { namedIn, operandsOf } from './checks/rollback.ts';
export { objectsOf, readCriterion } from './criteria.ts';
export { differenceText, planDifference } from './difference.ts';
export { cumulativeDigests } from './digest.ts';
export { readManifests } from './documents.ts';
export { changeOf, type Leaf, leaves, lineChanges, textOf } from './excerpt.ts';
export { readHealth } from './health.ts';
export { type ClusterCall, clusterCall } from './kubectl.ts';

export { parsePlan } from './parse.ts';
export { isCustom } from './pods.ts';
export { type Prepared, preparePlan, reloadPlan } from './prepare.ts';
export { isFile } from './resources.ts';
export { readRollback } from './rollback.ts';
export { secretUse } from './secrets.ts';
export { servicesWithPods } from './services.ts';

export {
  commandsOf,
  type Delivery,
  type LoadedPlan,
  type Manifest,
  type Phase,
  type Pinned,
  type Plan,
  type Problem,
  type Resource,
  type TakeOver,
} from './types.ts';

export type { Files, Rendered, ShellCall, ShellLine, World } from './world.ts';
