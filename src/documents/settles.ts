import type { ItemKind } from '../workflow/index.ts';
import type { FactName } from './facts.ts';
import { ruleById } from './rules/index.ts';
import type { Subject } from './rules/proof.ts';

type About = { readonly kinds: readonly ItemKind[]; readonly words: RegExp };

/** The items whose evidence is about a fact of the cluster: their kind, and what a requirement is called. */
const ABOUT: Readonly<Record<FactName, About>> = {
  kubernetes: { kinds: ['configuration'], words: /kubernetes|k8s|version/i },
  openshift: { kinds: ['configuration'], words: /openshift|\bocp\b|scc|version/i },
  storageClasses: { kinds: ['configuration'], words: /storage|rwx|readwrite|volume|\bpvc?s?\b/i },
  ingressClasses: { kinds: ['configuration'], words: /ingress|route/i },
  apis: { kinds: ['api', 'operator'], words: /./ },
  loadBalancer: { kinds: ['configuration'], words: /load.?balanc/i },
  nodes: { kinds: ['configuration'], words: /node|cpu|core|memory|gpu|arch|amd64|arm64|capacity/i },
  podSecurity: { kinds: ['configuration'], words: /security|scc|privileged|restricted|baseline/i },
  images: { kinds: ['image'], words: /./ },
};

/** A feature that no rule answers, or a wrong claim about the cluster: anything that was looked at may show it. */
const ANY: readonly ItemKind[] = ['api', 'image', 'operator', 'configuration'];

const factsOf = (ruleId: string): readonly FactName[] => {
  const proof = ruleById(ruleId)?.proof;
  return proof === undefined || !('facts' in proof) ? [] : (proof.facts ?? []);
};

/** `verified_by: {item}`: the kinds of items that can settle a divergence of this rule; none: only adjusted manifests can. */
export function kindsThatSettle(ruleId: string): readonly ItemKind[] {
  return ruleById(ruleId) === undefined ? ANY : [...new Set(factsOf(ruleId).flatMap((fact) => ABOUT[fact].kinds))];
}

/**
 * Why this item shows nothing about the divergence; undefined when it does: an item about the fact that the rule asks, and
 * where the divergence names APIs or images, about each of them.
 */
export function notAbout(
  ruleId: string,
  subjects: readonly Subject[],
  item: { readonly kind: ItemKind; readonly subject: string },
): string | undefined {
  if (ruleById(ruleId) === undefined) return ANY.includes(item.kind) ? undefined : `it is a ${item.kind}`;
  const facts = factsOf(ruleId).filter((fact) => ABOUT[fact].kinds.includes(item.kind));
  if (facts.length === 0) return `it is a ${item.kind}`;
  const name = item.subject.slice(item.subject.indexOf(':') + 1);
  if (!facts.some((fact) => ABOUT[fact].words.test(name))) return 'it is about something else';
  if (item.kind !== 'api' && item.kind !== 'image') return undefined;
  const others = subjects.flatMap((s) => (s.name === undefined || sameName(s.name, name) ? [] : [s.name]));
  return others.length === 0 ? undefined : `it says nothing about ${[...new Set(others)].slice(0, 5).join(', ')}`;
}

/** `redis:7` and `docker.io/library/redis:7`, `Deployment` and `apps/v1/Deployment` are the same. */
const sameName = (written: string, canonical: string): boolean =>
  canonical.toLowerCase() === written.toLowerCase() || canonical.toLowerCase().endsWith(`/${written.toLowerCase()}`);
