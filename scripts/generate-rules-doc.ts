import { RULE_GROUPS, RULES, type Rule } from '../src/documents/index.ts';

/** docs/divergence-rules.md from the table of rules, so that it can't say anything else than what is run. */
export function renderRulesDoc(): string {
  const sections = RULE_GROUPS.map(({ title, rules }) => `## ${title}\n\n${rules.map(section).join('\n\n')}`);
  return `# Divergence rules

Generated from \`src/documents/rules/\` by \`npm run docs\`; do not edit.

What \`divergence-check\` looks for in an upstream document, what it asks of the cluster, and how much it matters when the
two differ: **HIGH** won't be admitted, won't start or loses data; **MEDIUM** behaves differently; **LOW** is cosmetic or
matters later. The severity given is the highest; where the cluster allows what the document assumes, it is lower or NONE.
**UNKNOWN** is answered where a fact couldn't be seen, and blocks like HIGH.

${RULES.length} rules.

${sections.join('\n\n')}
`;
}

function section(rule: Rule): string {
  return [
    `### ${rule.id}`,
    '',
    `*${rule.feature}*: ${rule.severity}, because ${rule.because}.`,
    '',
    `- Looks for: ${rule.looks_for}`,
    `- Asks the cluster: ${rule.asks.length === 0 ? 'nothing, it is so on every cluster' : rule.asks.join(', ')}`,
    `- Adjustment: ${rule.adjustment}`,
  ].join('\n');
}
