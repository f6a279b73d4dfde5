/**
 * Approvers and their passkeys. In: the files that name them, a passkey's answer (WebAuthn) and the fact it is about. Out:
 * whether that answer proves that this person decided exactly that. Checking needs node:crypto and the public keys, so a
 * server that reads a record loads no library for it; only enrolling does (enrol.ts).
 */
export {
  type Assertion,
  assertionBody,
  challengeFor,
  checkAssertion,
  type Issued,
  originOf,
} from './assertion.ts';
export { takeCounter } from './counters.ts';
export { beginEnrolment, ENROL_MINUTES, type Enrolment, enrolmentFor, finishEnrolment } from './enrol.ts';
export { type Approver, type ApproverKey, separationOf } from './key.ts';
export { ownKeys, readApprovers, removeKeys } from './keys.ts';
