import type { Demand } from './approval.ts';
import type { Actor, Blocker, FactOf, Instant, Item, ItemKind, PlacedObject, Target } from './facts.ts';

/**
 * What the record says about one deployment: the fold of its events, and nothing else. Evidence is kept in the order it
 * was seen; what counts is decided by evidence.ts.
 */
export type Stamped<T> = T & { readonly seq: number; readonly at: Instant; readonly by: Actor };

export type RetiredItem = { readonly item: Item; readonly because: string; readonly replaced_by?: string; seq: number };

export type Observation = Omit<FactOf<'observed'>, 'type' | 'at'> & {
  readonly place: FactOf<'observed'>['at'];
  readonly seq: number;
  readonly seen: Instant;
};

export type RunRecord = Omit<FactOf<'begun'>, 'type'> & {
  readonly seq: number;
  readonly begun: Instant;
  readonly client: string;
  ended?: { readonly at: Instant; readonly outcome: FactOf<'ended'>['outcome']; status?: string; result?: string };
};

export type Placement = {
  readonly object: PlacedObject;
  readonly run: string;
  readonly purpose: FactOf<'placed'>['purpose'];
  readonly phase?: number;
  readonly state: FactOf<'placed'>['state'];
  readonly before?: string;
  readonly applied?: string;
  readonly kept: boolean;
  readonly seq: number;
};

export type Plan = Stamped<Omit<FactOf<'planned'>, 'type'>>;
export type Written = Stamped<Omit<FactOf<'written'>, 'type'>>;

export type Deployment = {
  readonly id: string;
  readonly seq: number;
  /** What a person's decision must be like to count here and now: the operator's policy. */
  readonly least: Demand;
  readonly started: Stamped<Omit<FactOf<'started'>, 'type'>>;
  readonly target: Target;
  readonly items: ReadonlyMap<string, Item & { readonly seq: number }>;
  readonly retired: ReadonlyMap<string, RetiredItem>;
  readonly observations: ReadonlyMap<string, readonly Observation[]>;
  readonly runs: ReadonlyMap<string, RunRecord>;
  readonly placements: readonly Placement[];
  readonly blockers: readonly Stamped<Blocker>[];
  readonly closedBlockers: ReadonlySet<string>;
  readonly plans: readonly Plan[];
  readonly decisions: readonly Stamped<Omit<FactOf<'decided'>, 'type'>>[];
  /** Classes of changes that a person approved beforehand; the newest of an id counts. */
  readonly classes: readonly Stamped<FactOf<'preapproved'>['class']>[];
  readonly waivers: readonly Stamped<Omit<FactOf<'waived'>, 'type'>>[];
  readonly written: readonly Written[];
  readonly commits: readonly Stamped<Omit<FactOf<'committed'>, 'type'>>[];
  readonly refusals: readonly Stamped<Omit<FactOf<'refused'>, 'type'>>[];
  readonly closed?: { readonly how: 'completed' | 'abandoned'; readonly at: Instant; readonly because?: string };
};

export const plan = (d: Deployment): Plan | undefined => d.plans.at(-1);

export const itemsOf = (d: Deployment, kind: ItemKind) => [...d.items.values()].filter((i) => i.kind === kind);

/** Follows `replaced_by` from a retired subject to the live one that stands in its place, if any. */
export function successor(d: Deployment, subject: string): string | undefined {
  const seen = new Set<string>();
  let at: string | undefined = subject;
  while (at !== undefined && !d.items.has(at)) {
    if (seen.has(at)) return undefined;
    seen.add(at);
    at = d.retired.get(at)?.replaced_by;
  }
  return at;
}

/** Runs that have begun, have not ended, and whose lease has not run out. */
export const openRuns = (d: Deployment, now: Instant) =>
  [...d.runs.values()].filter((r) => r.ended === undefined && r.lease > now);

export const findItem = (d: Deployment, nameOrId: string): (Item & { seq: number }) | undefined => {
  const wanted = nameOrId.trim().toLowerCase();
  return [...d.items.values()].find(
    (i) => i.id === wanted || i.subject.toLowerCase() === wanted || i.name.trim().toLowerCase() === wanted,
  );
};
