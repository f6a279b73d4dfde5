/**
 * The only place that puts objects into a cluster or takes them out, and that watches what comes of them.
 * In: a Reader or Writer, raw objects, and callbacks by which the caller keeps the record (before anything can happen).
 * Out: what was created, changed, seen and removed, as values. It keeps nothing itself and knows no deployment.
 */
export {
  type Applied,
  type ApplyOptions,
  type ApplyProblem,
  applyAll,
} from './apply.ts';
export { cleanUp } from './cleanup.ts';
export { differences } from './compare.ts';
export { createAll, dryRunAll } from './create.ts';
export { type Family, familyOf, kindsOfFamily } from './family.ts';
export { type BeforeImage, shown } from './image.ts';
export { isolate } from './isolate.ts';
export { type Knowledge, knowledgeOf } from './known.ts';
export { LABEL, marked, REHEARSAL, type Signature, signed } from './marks.ts';
export {
  type Held,
  type Holder,
  releaseNamespaceLease,
  takeNamespaceLease,
} from './namespace-lease.ts';
export { placedIn } from './place.ts';
export { address, called, identityOf, refOf, sameObject } from './ref.ts';

export { type Removal, removeAll } from './remove.ts';
export { type Renamed, rename } from './rename.ts';
export { isAsBefore, restore } from './restore.ts';
export {
  containersOf,
  judgeSafety,
  podsOf,
  reachesOut,
} from './safety/index.ts';
export { type Judgement, type Settled, settle } from './settle.ts';
export { involvedUid, type Sight } from './sight.ts';

export { trackedBy } from './tracked.ts';
