/**
 * What may be assumed about a cluster: one file a kind of item. In: a text as an agent gives it, and a reader of the
 * cluster. Out: a canonical subject (two spellings of one thing have one), and a Finding: the verdict, what was asked,
 * what came back, and what is there instead. Nothing is changed and nothing is recorded here; tools/ do that.
 */
export { apiSubject, checkApi } from './api.ts';
export { auditNotes } from './audit-policies.ts';
export { capabilitiesOf } from './capabilities.ts';
export { checkConfiguration, configurationSubject, FORM_TABLE, FORMS, FORMS_PAGE } from './configuration.ts';
export { gatherFacts, type ImageFacts } from './facts.ts';
export { bare, type CheckedKind, type Finding, type Misnamed, type Named } from './finding.ts';
export { checkImage, type ImageOptions, imageSubject } from './image.ts';
export { lookAt, subjectOf } from './look.ts';
export { checkManifests, type ManifestFinding } from './manifests.ts';
export { checkQuota } from './manifests-quota.ts';
export { type Manifest, type ManifestsRead, readManifests } from './manifests-read.ts';
export { checkNamespaces, judgeNamespace } from './namespace.ts';
export { nearest } from './near.ts';
export { checkOperator, operatorSubject } from './operator.ts';
export { parallel } from './parallel.ts';
export { isByPolicy, type PodAdmission, podAdmission } from './pod-admission.ts';
export { podOf } from './pod-of.ts';
export { checkProvided } from './provided.ts';
export { divergenceSubject, type SourceName, sourceSlug, sourceSubject, textSource } from './source.ts';
export { createWorld, type World } from './world.ts';
