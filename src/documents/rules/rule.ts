import type { Place } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { type ClusterFacts, type FactName, unseen } from '../facts.ts';
import type { Proof, Subject } from './proof.ts';

export type Severity = 'HIGH' | 'UNKNOWN' | 'MEDIUM' | 'LOW' | 'NONE';
/** Worst first: what isn't known may still be HIGH. */
export const SEVERITIES: readonly Severity[] = ['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE'];

export const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b);

/** One place where a document takes something for granted, and how that is here. NONE: it holds. */
export type Found = {
  readonly place: Place;
  /** Findings of one rule about one subject are one divergence. */
  readonly subject?: string;
  /** Ours, not the rule's, where the cluster decides. */
  readonly severity?: Severity;
  readonly local: string;
  readonly evidence: string;
  readonly adjustment?: string;
  /** What it is about besides the service it stands in, to find its counterpart by. */
  readonly about?: Omit<Subject, 'owner'>;
};

/**
 * HIGH: it won't be admitted, won't start or loses data. MEDIUM: it behaves differently. LOW: cosmetic, or matters later.
 * A rule is data: what it looks for, which facts it asks, and a pure function from a document and the facts to findings.
 */
export type Rule = {
  readonly id: string;
  readonly feature: string;
  readonly looks_for: string;
  readonly asks: readonly FactName[];
  /** At most; `find` lowers it where the cluster allows. */
  readonly severity: 'HIGH' | 'MEDIUM' | 'LOW';
  readonly because: string;
  readonly adjustment: string;
  /** Which features_to_verify it answers. */
  readonly words: RegExp;
  find(document: Extracted, facts: ClusterFacts): readonly Found[];
  /** By what its adjustment is proven. */
  readonly proof: Proof;
};

type Judged = Pick<Found, 'severity' | 'local' | 'evidence'>;

export const cantSee = (facts: ClusterFacts, name: FactName, what: string): Judged | undefined => {
  const why = unseen(facts, name);
  return why === undefined
    ? undefined
    : { severity: 'UNKNOWN', local: `${what} could not be seen`, evidence: `${name}: ${why}` };
};

/** true, false, or undefined when nobody could see which. */
export const isOpenShift = (facts: ClusterFacts): boolean | undefined =>
  facts.openshift !== undefined ? true : unseen(facts, 'openshift') === undefined ? false : undefined;

/**
 * Would a Pod that breaks the Pod Security level `level` be admitted? On OpenShift the restricted-v2 SCC judges by default;
 * elsewhere the level enforced on the namespace. `otherwise`: how much it matters where it is admitted.
 */
export function admission(facts: ClusterFacts, level: 'baseline' | 'restricted', otherwise: Severity): Judged {
  if (facts.openshift !== undefined) {
    return {
      severity: 'HIGH',
      local: 'OpenShift admits Pods under the restricted-v2 SCC unless the service account was granted another',
      evidence: `OpenShift ${facts.openshift.version}`,
    };
  }
  const hidden =
    cantSee(facts, 'openshift', 'whether this is OpenShift, with its SCCs,') ??
    cantSee(facts, 'podSecurity', 'the Pod Security level of the namespace');
  const enforced = facts.podSecurity ?? 'privileged';
  const denied = enforced === 'restricted' || (enforced === 'baseline' && level === 'baseline');
  if (denied)
    return {
      severity: 'HIGH',
      local: `the namespace enforces Pod Security level ${enforced}, which refuses it`,
      evidence: `podSecurity: ${enforced}`,
    };
  if (hidden !== undefined) return hidden;
  return {
    severity: otherwise,
    local: 'it would be admitted: the namespace enforces no level that refuses it',
    evidence: `podSecurity: ${facts.podSecurity ?? 'not enforced'}`,
  };
}

/** Services of compose files, and what `docker run` starts. */
export const services = (x: Extracted) => [...x.composes.flatMap((c) => c.services), ...x.runs];

export const defaultClass = (facts: ClusterFacts) => facts.storageClasses.find((c) => c.default);
