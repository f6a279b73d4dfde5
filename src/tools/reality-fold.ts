import type { Answered } from './cluster-reality-check.answer.ts';

/**
 * Pure: an answer about many items costs an agent what all of them have in common many times over. Beyond the size of an
 * ordinary answer the items that passed say only what is their own: first their evidence is told by reference (it can be
 * fetched by name), then the reason that most of a list share is said once. What did not pass is told whole, save the
 * question, which is its list's.
 */

/** 2,000 tokens of four characters: an ordinary answer. */
const CHARACTERS = 8000;

type Lists = Readonly<Record<string, readonly Answered[]>>;
/** The reason that stands for those left out, by list. */
export type Passed = Readonly<Record<string, string>>;

export function folded(lists: Lists): { readonly lists: Lists; readonly passed?: Passed } {
  if (fits(lists)) return { lists };
  const bare = mapped(lists, (one) => withoutEvidence(one));
  if (fits(bare)) return { lists: bare, passed: {} };
  const shared = Object.fromEntries(
    Object.entries(lists).flatMap(([field, items]) => {
      const reason = mostCommon(items.flatMap((one) => (one.status === 'PASS' ? [one.reason] : [])));
      return reason === undefined ? [] : [[field, reason]];
    }),
  );
  return { lists: mapped(bare, (one, field) => withoutReason(one, shared[field])), passed: shared };
}

const fits = (lists: Lists) => JSON.stringify(lists).length <= CHARACTERS;

const mapped = (lists: Lists, change: (one: Answered, field: string) => Answered): Lists =>
  Object.fromEntries(Object.entries(lists).map(([field, items]) => [field, items.map((one) => change(one, field))]));

function withoutEvidence(one: Answered): Answered {
  const { evidence: { asked: _, found: __, id: ___, ...own } = {}, ...rest } = one;
  return one.status === 'PASS' || Object.keys(own).length === 0 ? rest : { ...rest, evidence: own };
}

function withoutReason(one: Answered, shared: string | undefined): Answered {
  if (one.status !== 'PASS' || one.reason !== shared) return one;
  const { reason: _, ...rest } = one;
  return rest;
}

function mostCommon(reasons: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>();
  for (const reason of reasons) if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
