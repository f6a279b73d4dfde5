/**
 * Whether an image could be pulled, seen by asking its registry the way the cluster's runtime would.
 * In: a reference as text; credentials, policies, platforms and CAs as data. Out: an ImageVerdict with evidence.
 * Nothing is read from a cluster or a disk here, nothing is written to a registry, and no secret leaves with an answer.
 */
export { checkImage, checkImages } from './check.ts';
export type { ConfigAnswer } from './config.ts';
export {
  type Credential,
  credentialsFor,
  parsePullSecret,
} from './credentials.ts';
export {
  type ImagePolicies,
  readImagePolicies,
  sourcesFor,
} from './mirrors.ts';
export { parseReference } from './reference.ts';
export type { CheckOptions, ImageVerdict, Platform } from './verdict.ts';
