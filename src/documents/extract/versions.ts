import type { Block } from '../blocks/index.ts';
import { type Place, quoted } from '../document.ts';

/** A version the document requires. `atLeast` is the lowest that will do. */
export type RequiredVersion = {
  readonly product: string;
  readonly atLeast: string;
  readonly atMost?: string;
  readonly place: Place;
};

const PRODUCTS: readonly (readonly [string, string])[] = [
  ['Kubernetes', 'kubernetes|k8s'],
  ['OpenShift', 'openshift(?: container platform)?|ocp|okd'],
  ['Helm', 'helm'],
  ['PostgreSQL', 'postgresql|postgres'],
  ['MySQL', 'mysql'],
  ['MariaDB', 'mariadb'],
  ['Redis', 'redis'],
  ['MongoDB', 'mongodb'],
  ['Elasticsearch', 'elasticsearch'],
  ['Docker', 'docker(?: engine)?'],
  ['Docker Compose', 'docker[ -]compose'],
  ['cert-manager', 'cert-manager'],
  ['Istio', 'istio'],
];

const NAME = PRODUCTS.map(([, words]) => `(${words})`).join('|');
/** Of a line whose spaces are one each. */
const FILLER = String.raw`(?: ?(?:\||:|\(|\*|_|\x60|version|versions|release|cluster|clusters|server|client|database|v\.|is|of|in|must be|should be|at|running|needs to be))*`;
const MINIMUM = String.raw` ?(?:(>=|≥|=>|>|\^|~|at least|minimum(?: of)?|min\.?|from|since|newer than) ?)?`;
const NUMBER = String.raw`v?(\d+(?:\.\d+){0,2})(?!\d)`;
const AFTER = String.raw`( ?(?:\+|or (?:later|newer|higher|above|greater)|and (?:later|newer|higher|above|up)|onwards|x? ?(?:-|–|to|through) ?v?(\d+(?:\.\d+){1,2})))?`;
const PATTERN = new RegExp(String.raw`(?<![\w/.-])(?:${NAME})\b${FILLER}${MINIMUM}${NUMBER}${AFTER}`, 'gi');

const REQUIRES = /requir|prerequisite|need|must|support|compatib|minimum|at least|tested (?:on|with)|depend|version/i;

/** "Kubernetes 1.24+", "OpenShift >= 4.12", "Requires PostgreSQL 15": in prose, lists and tables. */
export function versionsOf(block: Block, part: string): RequiredVersion[] {
  if (block.kind === 'code') return [];
  const found: RequiredVersion[] = [];
  block.text.split('\n').forEach((line, offset) => {
    for (const match of line.replace(/\s+/g, ' ').matchAll(PATTERN)) {
      const product = PRODUCTS.find((_, i) => match[i + 1] !== undefined)?.[0];
      const [minimum, atLeast, after, atMost] = match.slice(PRODUCTS.length + 1);
      if (product === undefined || atLeast === undefined) continue;
      const firm = minimum !== undefined || after !== undefined;
      if (!firm && !REQUIRES.test(`${block.heading} ${line}`)) continue;
      // "Kubernetes 2" or a year is prose, not a version.
      if (['Kubernetes', 'OpenShift'].includes(product) && !atLeast.includes('.')) continue;
      found.push({
        product,
        atLeast,
        ...(atMost === undefined ? {} : { atMost }),
        place: { part, heading: block.heading, line: block.line + offset, quote: quoted(line) },
      });
    }
  });
  return found;
}
