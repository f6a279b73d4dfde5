/**
 * The ledger: what happened, in an order nobody can change unnoticed. In: events and evidence bodies. Out: the rows of
 * one deployment with their hash chain checked, bodies by digest, learnings by words. What the facts mean is not known
 * here (workflow/ knows); where the rows lie is known only to a backend (sqlite/).
 */

export { copyLedger } from './copy.ts';
export { checkDecisions, type DecisionsChecked, decisionLines } from './decisions.ts';
export { exportLines } from './export.ts';
export { dataFolder } from './home.ts';
export {
  type Damage,
  type Digest,
  type Found,
  isLedgerError,
  type Ledger,
  type LedgerError,
  LedgerLost,
  LIBRARY,
  type LineFilter,
  type Listed,
  type NewEvent,
  type Place,
} from './ledger.ts';
export { type LedgerPlace, migrateLedger, openLedger } from './open.ts';
export { PASSPHRASE_MIN, PINNED_KEYS, readKey, unlock, writeKey } from './operator-key.ts';
export { beginPermits, writePermitFile } from './permit-files.ts';

export { fingerprint, type Signer } from './signature.ts';
