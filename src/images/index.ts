/**
 * Whether an image could be pulled, seen by asking its registry the way the cluster's runtime would.
 * In: a reference as text; credentials, policies, platforms and CAs as data. Out: an ImageVerdict with evidence.
 * Nothing is read from a cluster or a disk here, nothing is written to a registry, and no secret leaves with an answer.
 */
export { checkImage, checkImages } from './check.ts';
export type { ConfigAnswer, ImageConfig } from './config.ts';
export {
  type Credential,
  type CredentialFile,
  credentialsFor,
  parsePullSecret,
} from './credentials.ts';
export {
  type Candidate,
  type ImagePolicies,
  NO_POLICIES,
  readImagePolicies,
  type Sources,
  sourcesFor,
} from './mirrors.ts';
export { type ImageReference, type ParsedReference, parseReference } from './reference.ts';
export type { CheckOptions, ImageAttempt, ImageEvidence, ImageVerdict, Platform } from './verdict.ts';
