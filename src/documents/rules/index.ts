import { versionRules } from './apis.ts';
import { commandRules } from './commands.ts';
import { configurationRules } from './configuration.ts';
import { dataRules } from './data.ts';
import { entryRules } from './entries.ts';
import { imageConfigRules } from './image-config.ts';
import { imageRules } from './images.ts';
import { ingressRules } from './ingress.ts';
import { nameRules } from './names.ts';
import { podSettingRules } from './pod-settings.ts';
import { portRules } from './ports.ts';
import { privilegeRules } from './privileges.ts';
import { reachRules } from './reach.ts';
import { resourceRules } from './resources.ts';
import { rootNeedRules } from './root-needs.ts';
import type { Rule } from './rule.ts';
import { startupRules } from './startup.ts';
import { storageClassRules } from './storage-classes.ts';
import { unreadRules } from './unread.ts';
import { userRules } from './users.ts';
import { volumeRules } from './volumes.ts';

/** The table, in the order of the documentation. */
export const RULE_GROUPS: readonly { readonly title: string; readonly rules: readonly Rule[] }[] = [
  { title: 'Reading', rules: unreadRules },
  { title: 'Images', rules: [...imageRules, ...imageConfigRules] },
  { title: 'Volumes', rules: [...volumeRules, ...dataRules] },
  { title: 'Storage classes', rules: storageClassRules },
  { title: 'Users and permissions', rules: [...userRules, ...rootNeedRules] },
  { title: 'Privileges', rules: [...privilegeRules, ...podSettingRules] },
  { title: 'Ports', rules: portRules },
  { title: 'Ways in', rules: [...entryRules, ...ingressRules] },
  { title: 'Names, networks and ways out', rules: [...reachRules, ...nameRules] },
  { title: 'Start', rules: startupRules },
  { title: 'Configuration', rules: configurationRules },
  { title: 'APIs and versions', rules: versionRules },
  { title: 'Commands', rules: commandRules },
  { title: 'Resources and place', rules: resourceRules },
];

export const RULES: readonly Rule[] = RULE_GROUPS.flatMap((group) => group.rules);

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));
export const ruleById = (id: string): Rule | undefined => BY_ID.get(id);
