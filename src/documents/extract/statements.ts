import type { Block } from '../blocks/index.ts';
import { type Place, quoted } from '../document.ts';

/** A sentence that takes something for granted, by what it is about. */
export type Topic = (typeof TOPICS)[number]['topic'];
export type Statement = { readonly topic: Topic; readonly value: string; readonly place: Place };

const TOPICS = [
  {
    topic: 'architecture',
    pattern:
      /\b(?:only|requires?|must|supports? only|no (?:arm|arm64)|not support(?:ed)?(?: on)? arm)\b[^.|]{0,200}\b(amd64|x86[_-]64|arm64|aarch64|s390x|ppc64le)\b|\b(amd64|x86[_-]64|arm64|aarch64)\b[^.|]{0,200}\b(?:only|required)\b/i,
  },
  {
    topic: 'cpu',
    pattern:
      /\b(?:at least|minimum(?: of)?|min\.?|requires?|>=|≥)?[\s|:*]*(\d+(?:\.\d+)?)\s*(?:\+\s*)?(?:x\s*)?(?:v?cpus?|cpu cores?|cores)\b|\b(?:cpu|vcpus?|cores)\b[:|(>=≥*\s]+(?:at least |min(?:imum)? )?(\d+(?:\.\d+)?)\b(?!\s*(?:gi?b|mi?b|m\b|%))/i,
  },
  {
    topic: 'memory',
    pattern:
      /\b(\d+(?:\.\d+)?\s*gi?b?)\b\s*(?:of\s+)?(?:ram|memory)\b|\b(?:ram|memory)\b[:|(>=≥*\s]+(?:at least |min(?:imum)? )?(\d+(?:\.\d+)?\s*gi?b?)\b/i,
  },
  { topic: 'default-storage-class', pattern: /\b(default)\s+storage\s?class/i },
  { topic: 'dynamic-provisioning', pattern: /\b(dynamic(?:ally)?)\s+(?:volume\s+)?provision|\b(PV provisioner)/i },
  { topic: 'read-write-many', pattern: /\b(ReadWriteMany|RWX)\b/ },
  { topic: 'load-balancer', pattern: /\b(load\s?balancer)\b/i },
  { topic: 'cluster-admin', pattern: /\b(cluster[- ]admin(?:istrator)?)\b/i },
  { topic: 'internet', pattern: /\b(?:internet|outbound)\s+(access|connect\w*|traffic)|\baccess to the (internet)/i },
  {
    topic: 'kernel',
    pattern: /\b(vm\.max_map_count|net\.core\.somaxconn|fs\.file-max|transparent[_ ]huge[_ ]?pages?)\b/i,
  },
  {
    topic: 'gpu',
    pattern:
      /\b(nvidia|gpus?|cuda)\b[^.|]{0,200}\b(?:required|requires?|needed|device plugin|must)\b|\b(?:requires?|needs?|must have)\b[^.|]{0,200}\b(gpus?|nvidia|cuda)\b/i,
  },
  { topic: 'wildcard-dns', pattern: /\b(wildcard)\s+(?:dns|domain|record|certificate)/i },
] as const satisfies readonly { topic: string; pattern: RegExp }[];

const DENIED = /\b(?:does not|doesn't|don't|do not|no longer|without|not)\s+(?:\w+\s+){0,2}(?:requir|need)/i;

const ARCHITECTURE = /\b(?:amd64|x86[_-]64|arm64|aarch64|arm64\/v8|s390x|ppc64le)\b/gi;

/** "x86_64 or arm64" asks for one of them. */
const oneOf = (topic: string, value: string, line: string): string =>
  topic === 'architecture' ? [...new Set(line.match(ARCHITECTURE) ?? [value])].join(',') : value;

export function statementsOf(block: Block, part: string): Statement[] {
  if (block.kind === 'code') return [];
  const found: Statement[] = [];
  block.text.split('\n').forEach((line, offset) => {
    if (DENIED.test(line)) return;
    for (const { topic, pattern } of TOPICS) {
      const match = pattern.exec(line);
      if (match === null) continue;
      const value = match.slice(1).find((group) => group !== undefined) ?? '';
      found.push({
        topic,
        value: oneOf(topic, value, line),
        place: { part, heading: block.heading, line: block.line + offset, quote: quoted(line) },
      });
    }
  });
  return found;
}
