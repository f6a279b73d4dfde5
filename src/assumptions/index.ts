/**
 * What may be assumed about a cluster: one file a kind of item. In: a text as an agent gives it, and a reader of the
 * cluster. Out: a canonical subject (two spellings of one thing have one), and a Finding: the verdict, what was asked,
 * what came back, and what is there instead. Nothing is changed and nothing is recorded here; tools/ do that.
 */

export { auditNotes } from './audit-policies.ts';
export { capabilitiesOf } from './capabilities.ts';
export { configurationSubject, FORM_TABLE, FORMS, FORMS_PAGE } from './configuration.ts';
export { gatherFacts, type ImageFacts } from './facts.ts';
export { bare, type CheckedKind, type Finding } from './finding.ts';
export { checkImage, imageSubject } from './image.ts';
export { lookAt, subjectOf } from './look.ts';
export { checkManifests } from './manifests.ts';
export { checkQuota } from './manifests-quota.ts';
export { type Manifest, readManifests } from './manifests-read.ts';
export { checkNamespaces } from './namespace.ts';
export { nearest } from './near.ts';

export { parallel } from './parallel.ts';
export { isByPolicy, podAdmission } from './pod-admission.ts';

export { divergenceSubject, type SourceName, sourceSlug, sourceSubject, textSource } from './source.ts';
export { createWorld, type World } from './world.ts';
