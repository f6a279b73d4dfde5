import type { Rule } from './rule.ts';

export const unreadRules: readonly Rule[] = [
  {
    id: 'not-read',
    feature: 'what was not read',
    looks_for:
      'anything of the document that was not compared: broken YAML, keys that stand twice, services and containers of another form, templates, files it takes in, files of other programs, empty pages, and in a document that holds nothing to deploy the commands that deploy what stands elsewhere',
    asks: [],
    severity: 'HIGH',
    because: 'what was not read may hold anything: no comparison is complete without it',
    adjustment:
      'make it readable (render templates, mend the YAML, save the page as text) and compare that; or give the manifests that come of it',
    words: /\bunread|not read|could not be read/i,
    proof: { by: 'every-rule' },
    find: (x) =>
      x.unread.map(({ place, because }) => ({
        place,
        severity: 'UNKNOWN',
        local: `this was not read: ${because}`,
        evidence: 'nothing could be compared',
      })),
  },
];
