import type { Digest, Ledger } from '../state/index.ts';

/** Evidence is named by its digest or, as git names a commit, by the first digits of it. */

export type EvidenceFound =
  | { readonly kind: 'found'; readonly digest: Digest; readonly text: string; readonly mediaType: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly digests: readonly Digest[] };

export async function findEvidence(ledger: Ledger, id: string): Promise<EvidenceFound> {
  const digests = await ledger.digests(id.trim().toLowerCase(), 6);
  const [digest] = digests;
  if (digest === undefined) return { kind: 'none' };
  if (digests.length > 1) return { kind: 'several', digests };
  const stored = await ledger.get(digest);
  if (stored === undefined) return { kind: 'none' };
  return { kind: 'found', digest, text: Buffer.from(stored.body).toString('utf8'), mediaType: stored.mediaType };
}

/** What a caller is told when it named no one body. */
export const notOne = (id: string, found: Exclude<EvidenceFound, { kind: 'found' }>): string =>
  found.kind === 'none'
    ? `there is no evidence ${id} in this ledger`
    : `${id} is the beginning of more than one: ${found.digests.map((d) => d.slice(0, 31)).join(', ')}${found.digests.length > 5 ? ' …' : ''}; give more digits`;
