/**
 * What an outside document takes for granted, compared with the cluster.
 * In: a URL, path or text (load: the only I/O), the cluster's facts as data. Out: what was extracted with its places, and
 * divergences with severity, rule and adjustment. A document is data: its words appear only in quotes.
 */

export { type Adjustment, appliesTo } from './adjusted.ts';
export { type Comparison, compare } from './diverge.ts';
export type { Divergence } from './divergence.ts';
export type { Part, Place } from './document.ts';
export { type Extracted, extract } from './extract/index.ts';
export { type ClusterFacts, FACT_NAMES, type FactName, type NodeFact, type StorageClassFact, unseen } from './facts.ts';
export { type Dialer, dial, type Limits, permitted, type Resolver, systemResolver } from './fetch.ts';
export { type LoadOptions, load } from './load.ts';
export type { LoadAttempt, LoadError, Loaded } from './loaded.ts';
export { type Asked, type DocumentReader, readDocument } from './reader.ts';
export { RULE_GROUPS, RULES } from './rules/index.ts';
export type { Subject } from './rules/proof.ts';
export type { Rule, Severity } from './rules/rule.ts';
export { kindsThatSettle, notAbout } from './settles.ts';
