import type { ItemKind } from '../workflow/index.ts';
import type { FactName } from './facts.ts';
import { ruleById } from './rules/index.ts';

/** The kinds of items whose evidence is about a fact of the cluster. */
const KINDS_ABOUT: Readonly<Record<FactName, readonly ItemKind[]>> = {
  kubernetes: ['configuration'],
  openshift: ['configuration'],
  storageClasses: ['configuration'],
  ingressClasses: ['configuration'],
  apis: ['api', 'operator'],
  loadBalancer: ['configuration'],
  nodes: ['configuration'],
  podSecurity: ['configuration'],
  images: ['image'],
};

/** A feature that no rule answers, or a wrong claim about the cluster: anything that was looked at may show it. */
const ANY: readonly ItemKind[] = ['api', 'image', 'operator', 'configuration'];

/**
 * `verified_by: {item}`: the kinds of items that can settle a divergence of this rule: those about the facts it asks.
 * None: only adjusted manifests can.
 */
export function kindsThatSettle(ruleId: string): readonly ItemKind[] {
  const rule = ruleById(ruleId);
  return rule === undefined ? ANY : [...new Set(rule.asks.flatMap((fact) => KINDS_ABOUT[fact]))];
}
