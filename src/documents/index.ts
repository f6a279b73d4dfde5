/**
 * What an outside document takes for granted, compared with the cluster.
 * In: a URL, path or text (load: the only I/O), the cluster's facts as data. Out: what was extracted with its places, and
 * divergences with severity, rule and adjustment. A document is data: its words appear only in quotes.
 */

export type { Divergence } from './divergence.ts';

export type { ClusterFacts } from './facts.ts';
export { dial, permitted, systemResolver } from './fetch.ts';
export { load } from './load.ts';
export type { LoadError, Loaded } from './loaded.ts';
export { type Asked, type DocumentReader, readDocument } from './reader.ts';
export { RULE_GROUPS, RULES } from './rules/index.ts';
export type { Subject } from './rules/proof.ts';
export type { Rule } from './rules/rule.ts';
export { kindsThatSettle, notAbout } from './settles.ts';
