import { imageRules } from './images.ts';
import { networkRules } from './network.ts';
import { resourceRules } from './resources.ts';
import type { Rule } from './rule.ts';
import { securityRules } from './security.ts';
import { startupRules } from './startup.ts';
import { storageRules } from './storage.ts';
import { versionRules } from './versions.ts';

/** The table, in the order of the documentation. */
export const RULE_GROUPS: readonly { readonly title: string; readonly rules: readonly Rule[] }[] = [
  { title: 'Images', rules: imageRules },
  { title: 'Storage', rules: storageRules },
  { title: 'Users and privileges', rules: securityRules },
  { title: 'Network', rules: networkRules },
  { title: 'Start and configuration', rules: startupRules },
  { title: 'APIs, versions and commands', rules: versionRules },
  { title: 'Resources and place', rules: resourceRules },
];

export const RULES: readonly Rule[] = RULE_GROUPS.flatMap((group) => group.rules);

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));
export const ruleById = (id: string): Rule | undefined => BY_ID.get(id);
