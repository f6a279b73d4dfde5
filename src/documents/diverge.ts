import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { checkClaim } from './claim.ts';
import { type Divergence, slug } from './divergence.ts';
import type { Extracted } from './extract/index.ts';
import { extract } from './extract/index.ts';
import type { ClusterFacts } from './facts.ts';
import { answerFeatures } from './features.ts';
import { RULES, ruleById } from './rules/index.ts';
import { type Found, NEEDS, type Rule, type Severity, worse } from './rules/rule.ts';

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

/**
 * `verified_by: {manifests}`: the divergence's rule, and those that judge what replaces it, over the adjusted manifests.
 * Manifests that have nothing the rule could judge prove nothing.
 */
export async function appliesTo(ruleId: string, manifests: string, facts: ClusterFacts): Promise<Verdict> {
  const rule = ruleById(ruleId);
  if (rule === undefined)
    return unknown(
      'NoSuchRule',
      `${ruleId} is not a rule that manifests can settle; name the item whose evidence does`,
    );
  const extracted = await extract([{ name: 'manifests', kind: 'yaml', text: manifests }]);
  const missing = [...new Set<keyof typeof NEEDS>(['object', ...rule.proof.needs])].filter(
    (need) => !NEEDS[need].met(extracted),
  );
  if (missing.length > 0)
    return unknown(
      'NothingToJudge',
      `the manifests hold nothing that ${ruleId} could judge: they need ${missing.map((need) => NEEDS[need].text).join(', and ')}`,
    );

  const judges = [rule, ...(rule.proof.rules ?? []).flatMap((id) => ruleById(id) ?? [])];
  const found = judges
    .flatMap((judge) => merged(judge, judge.find(extracted, facts)))
    .filter((d) => counts(d.divergence, rule));
  const worst = found.find((d) => d.divergence !== 'UNKNOWN') ?? found[0];
  if (worst === undefined) return pass('Adjusted', `${ruleId} finds nothing in the adjusted manifests`);
  const line = worst.upstream.places[0]?.line;
  const message = `${worst.feature}, line ${line}: ${worst.local.text} (${worst.local.evidence})`;
  return worst.divergence === 'UNKNOWN' ? unknown('NotShown', message) : fail('StillDiverges', message);
}

/** A HIGH divergence is settled when nothing HIGH is left, a MEDIUM one when nothing MEDIUM is. */
const counts = (severity: Severity, rule: Rule) =>
  severity === 'HIGH' || severity === 'UNKNOWN' || (rule.severity === 'MEDIUM' && severity === 'MEDIUM');

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
    const own = unique(
      speaking.flatMap((g) => g.found.adjustment ?? []),
      (t) => t,
    );
    const shown = subject !== '' && /^[\w./:@*+-]{1,80}$/.test(subject);
    return {
      id: `${rule.id}/${slug(subject === '' ? rule.feature : subject)}`,
      feature: shown ? `${rule.feature}: ${subject}` : rule.feature,
      upstream: { text: places[0]?.quote ?? '', places },
      local: { text: some(locals), evidence: some(evidence) },
      divergence: severity,
      rule: rule.id,
      adjustment: severity === 'NONE' ? 'none' : own.length === 0 ? rule.adjustment : some(own, 8),
    };
  });
}

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
