/**
 * The only place that puts objects into a cluster or takes them out, and that watches what comes of them.
 * In: a Reader or Writer, raw objects, and callbacks by which the caller keeps the record (before anything can happen).
 * Out: what was created, changed, seen and removed, as values. It keeps nothing itself and knows no deployment.
 */
export {
  type Action,
  type Applied,
  type ApplyOptions,
  type ApplyOutcome,
  type ApplyProblem,
  applyAll,
} from './apply.ts';
export { cleanUp } from './cleanup.ts';
export { differences } from './compare.ts';
export { type CreateOptions, type Creation, createAll, type DryRun, dryRunAll } from './create.ts';
export { type Family, familyOf, kindsOfFamily } from './family.ts';
export { type BeforeImage, imageOf, shown } from './image.ts';
export { isolate } from './isolate.ts';
export { type Knowledge, knowledgeOf } from './known.ts';
export { ANNOTATION, isOf, LABEL, type Marks, marked, REHEARSAL, type Signature, signed, TRACER } from './marks.ts';
export {
  type Held,
  type Holder,
  heldBy,
  LEASE_NAME,
  releaseNamespaceLease,
  type Taken,
  takeNamespaceLease,
} from './namespace-lease.ts';
export { placedIn } from './place.ts';
export { address, called, identityOf, refOf, sameObject } from './ref.ts';
export type { Remaining } from './remaining.ts';
export { type Removable, type Removal, type RemoveOptions, removeAll } from './remove.ts';
export { type Renamed, rename } from './rename.ts';
export { isAsBefore, type Restored, restore } from './restore.ts';
export {
  type Allowed,
  containersOf,
  DANGERS,
  type Danger,
  type Judged,
  judgeSafety,
  podsOf,
  reachesOut,
} from './safety/index.ts';
export { type Judgement, type Settled, type SettleOptions, settle } from './settle.ts';
export { involvedUid, type Sight } from './sight.ts';
export type { TakeOver } from './takeover.ts';
export { type Tracker, trackedBy } from './tracked.ts';
