import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { counterpartOf, type Match, workloadsOf } from './counterparts.ts';
import { merged } from './diverge.ts';
import type { Divergence } from './divergence.ts';
import { word } from './document.ts';
import { type Extracted, extract } from './extract/index.ts';
import type { ClusterFacts } from './facts.ts';
import { mountOf } from './pod-mounts.ts';
import { RULES, ruleById } from './rules/index.ts';
import type { Proof, Subject } from './rules/proof.ts';
import type { Rule } from './rules/rule.ts';

export type Adjustment = {
  readonly rule: string;
  /** Every place of the divergence; none: the rule alone judges. */
  readonly subjects: readonly Subject[];
  /** Services that are not deployed; the manifests must have no workload of them. */
  readonly left_out?: readonly string[];
};

/**
 * `verified_by: {manifests}`: every place of the divergence has its counterpart in the adjusted manifests, and the
 * divergence's rule, with those that judge what replaces it, finds nothing in them.
 */
export async function appliesTo(adjustment: Adjustment, manifests: string, facts: ClusterFacts): Promise<Verdict> {
  const rule = ruleById(adjustment.rule);
  if (rule === undefined)
    return unknown(
      'NoSuchRule',
      `${adjustment.rule} is not a rule that manifests can settle; name the item whose evidence does`,
    );
  const { proof } = rule;
  if (proof.by === 'item')
    return unknown('NotByManifests', `${proof.why}: ${rule.id} is proven by an item (${proof.kinds.join(' or ')})`);
  const x = await extract([{ name: 'manifests', kind: 'yaml', text: manifests }]);
  if (x.manifests.length === 0)
    return unknown('NothingToJudge', `the manifests hold no Kubernetes object that ${rule.id} could judge`);

  const [unread] = x.unread;
  if (unread !== undefined)
    return unknown('NotShown', `of the manifests, line ${unread.place.line} was not compared: ${unread.because}`);
  const still = diverging(rule, x, facts);
  if (still !== undefined) return still;
  if (proof.by === 'every-rule')
    return pass('Adjusted', 'no rule finds anything HIGH or UNKNOWN in what becomes of the part that was not read');
  return matched(proof, adjustment, x);
}

/** What the rule, or one that judges what replaces it, still finds. */
function diverging(rule: Rule, x: Extracted, facts: ClusterFacts): Verdict | undefined {
  const named = rule.proof.by === 'item' || rule.proof.by === 'every-rule' ? [] : (rule.proof.rules ?? []);
  const judges = rule.proof.by === 'every-rule' ? RULES : [rule, ...named.flatMap((id) => ruleById(id) ?? [])];
  const found = judges.flatMap((judge) => merged(judge, judge.find(x, facts))).filter((d) => counts(d, rule));
  const worst = found.find((d) => d.divergence !== 'UNKNOWN') ?? found[0];
  if (worst === undefined) return undefined;
  const line = worst.upstream.places[0]?.line;
  const message = `${worst.feature}, line ${line}: ${worst.local.text} (${worst.local.evidence})`;
  return worst.divergence === 'UNKNOWN' ? unknown('NotShown', message) : fail('StillDiverges', message);
}

/** A HIGH divergence is settled when nothing HIGH is left, a MEDIUM one when nothing MEDIUM is. */
const counts = ({ divergence }: Divergence, rule: Rule) =>
  divergence === 'HIGH' || divergence === 'UNKNOWN' || (rule.severity === 'MEDIUM' && divergence === 'MEDIUM');

type Named = Extract<Proof, { by: string; rules?: readonly string[] }>;

function matched(proof: Exclude<Named, { by: 'item' | 'every-rule' }>, adjustment: Adjustment, x: Extracted): Verdict {
  const { subjects, left_out = [] } = adjustment;
  const owners = new Set(subjects.map((s) => s.owner));
  const still = left_out.filter((name) => workloadsOf(x, name, false).length > 0);
  if (still.length > 0)
    return fail('NotLeftOut', `${still.map(word).join(', ')}: said to be left out, and there is a workload of it`);
  const places = subjects.length === 0 ? [{}] : subjects;
  const results = places
    .filter((s) => s.owner === undefined || !left_out.includes(s.owner))
    .map((s) => ({ subject: s, match: counterpartOf(proof.by, s, x, owners.size === 1) }));
  const open = results.flatMap(({ subject, match }) =>
    'missing' in match ? [`${label(subject)}${match.missing}`] : [],
  );
  if (open.length > 0)
    return unknown(
      'LeftOver',
      `${open.length} of ${results.length} places have no counterpart in the manifests: ${listed(open)}`,
    );
  const apart = proof.by === 'shared-claim' ? notShared(subjects, x, owners.size === 1) : undefined;
  if (apart !== undefined) return apart;
  const found = results.map(({ subject, match }) => `${label(subject)}${foundIn(match)}`);
  const without = left_out.length === 0 ? '' : `; left out: ${left_out.map(word).join(', ')}`;
  return pass('Adjusted', `${adjustment.rule} finds nothing; ${listed([...new Set(found)])}${without}`);
}

const foundIn = (match: Match) => ('found' in match ? match.found : '');

function label({ owner, path, port, name }: Subject): string {
  const parts = [owner, path, port, path === undefined ? name : undefined].flatMap((part) =>
    part === undefined ? [] : [word(part)],
  );
  return parts.length === 0 ? '' : `${parts.join(' ')} → `;
}

const MOST_LISTED = 12;
const listed = (texts: readonly string[]) =>
  `${texts.slice(0, MOST_LISTED).join('; ')}${texts.length > MOST_LISTED ? `; and ${texts.length - MOST_LISTED} more` : ''}`;

/** One volume of several services is one claim that several nodes may mount, or one Pod. */
function notShared(subjects: readonly Subject[], x: Extracted, only: boolean): Verdict | undefined {
  for (const name of new Set(subjects.map((s) => s.name))) {
    const uses = subjects
      .filter((s) => s.name === name)
      .flatMap((s) =>
        workloadsOf(x, s.owner, only).flatMap(({ pod, container }) => mountOf(pod, container, s.path ?? '') ?? []),
      );
    const claims = new Set(uses.map((use) => use.name));
    const pods = new Set(uses.map((use) => use.owner));
    if (pods.size <= 1) continue;
    if (claims.size > 1)
      return fail('NotShared', `${word(name)} became several claims: ${[...claims].map(word).join(', ')}`);
    const claim = x.manifests.find((m) => m.kind === 'PersistentVolumeClaim' && claims.has(m.name));
    const modes = JSON.stringify(claim?.object.spec ?? '');
    if (claim === undefined)
      return unknown(
        'LeftOver',
        `${word(name)}: the claim ${[...claims].map(word).join(', ')} isn’t among the manifests`,
      );
    if (!/"ReadWriteMany"/.test(modes))
      return fail('NotShared', `${word(name)}: several Pods mount ${word(claim.name)}, which is not ReadWriteMany`);
  }
  return undefined;
}
