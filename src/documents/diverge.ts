import { checkClaim } from './claim.ts';
import { type Divergence, slug } from './divergence.ts';
import type { Extracted } from './extract/index.ts';
import type { ClusterFacts } from './facts.ts';
import { answerFeatures } from './features.ts';
import { RULES } from './rules/index.ts';
import type { Subject } from './rules/proof.ts';
import { type Found, type Rule, type Severity, worse } from './rules/rule.ts';

export type Comparison = {
  readonly extracted: Extracted;
  readonly facts: ClusterFacts;
  /** A claim about this cluster, checked. Absent: nothing was claimed. */
  readonly localEnvironment?: string;
  readonly featuresToVerify?: readonly string[];
};

/**
 * Every divergence, worst first: the claim about the local environment, what the rules find, and an answer to each feature
 * that was asked for. A rule's finding that holds here (NONE) is kept only where a feature asks for it.
 */
export function compare({ extracted, facts, localEnvironment, featuresToVerify = [] }: Comparison): Divergence[] {
  const found = RULES.flatMap((rule) => merged(rule, rule.find(extracted, facts)));
  const answers = answerFeatures(featuresToVerify, found, extracted, facts);
  const claim =
    localEnvironment === undefined || localEnvironment.trim() === '' ? [] : checkClaim(localEnvironment, facts);
  return [...claim, ...answers].sort((a, b) => rank(a.divergence) - rank(b.divergence));
}

/** One divergence a subject, with every place; the worst finding speaks for it. */
export function merged(rule: Rule, found: readonly Found[]): Divergence[] {
  const groups = new Map<string, { found: Found; severity: Severity }[]>();
  for (const one of found) {
    const key = one.subject ?? '';
    const group = groups.get(key) ?? [];
    group.push({ found: one, severity: capped(one, one.severity ?? rule.severity) });
    groups.set(key, group);
  }
  return [...groups].map(([subject, group]) => {
    const severity = group.map((g) => g.severity).reduce(worse);
    const speaking = group.filter((g) => g.severity === severity);
    const places = unique(
      speaking.map((g) => g.found.place),
      (p) => `${p.part}:${p.line}:${p.quote}`,
    );
    const locals = unique(
      speaking.map(({ found: { local, place } }) =>
        place.optional === undefined ? local : `${place.optional}: ${local}`,
      ),
      (t) => t,
    );
    const evidence = unique(
      speaking.map((g) => g.found.evidence),
      (t) => t,
    );
    const subjects = unique(
      speaking.map((g) => subjectOf(g.found)),
      (one) => JSON.stringify(one),
    ).filter((one) => Object.keys(one).length > 0);
    const own = unique(
      speaking.flatMap((g) => g.found.adjustment ?? []),
      (t) => t,
    );
    const shown = subject !== '' && /^[\w./:@*+-]{1,80}$/.test(subject);
    return {
      id: `${rule.id}/${slug(subject === '' ? rule.feature : subject)}`,
      feature: shown ? `${rule.feature}: ${subject}` : rule.feature,
      upstream: { text: places[0]?.quote ?? '', places, subjects },
      local: { text: some(locals), evidence: some(evidence) },
      divergence: severity,
      rule: rule.id,
      adjustments: severity === 'NONE' ? [] : own,
      adjustment: severity === 'NONE' ? 'none' : own.length === 0 ? rule.adjustment : some(own, 8),
    };
  });
}

const subjectOf = ({ place, about }: Found): Subject => ({
  ...(place.owner === undefined ? {} : { owner: place.owner }),
  ...about,
});

/** What isn't started by default holds no gate, and is said with its condition. */
const capped = ({ place }: Found, severity: Severity): Severity =>
  place.optional !== undefined && (severity === 'HIGH' || severity === 'UNKNOWN') ? 'MEDIUM' : severity;

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

function some(texts: readonly string[], most = 4): string {
  const rest = texts.length - most;
  return `${texts.slice(0, most).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}

const rank = (severity: Severity) => ['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE'].indexOf(severity);
