/**
 * Approvers and their passkeys. In: the files that name them, a passkey's answer (WebAuthn) and the fact it is about. Out:
 * whether that answer proves that this person decided exactly that. Checking needs node:crypto and the public keys, so a
 * server that reads a record loads no library for it; only enrolling does (enrol.ts).
 */
export {
  type Assertion,
  assertionBody,
  type Checked,
  challengeFor,
  checkAssertion,
  type Issued,
  originOf,
  readAssertion,
} from './assertion.ts';
export { goesBack, takeCounter } from './counters.ts';
export { beginEnrolment, ENROL_MINUTES, type Enrolment, enrolmentFor, finishEnrolment } from './enrol.ts';
export { type Approver, type ApproverKey, allowsOrigin, separationOf } from './key.ts';
export { addKey, keyLine, ownKeys, PINNED_APPROVERS, readApprovers, removeKeys } from './keys.ts';
