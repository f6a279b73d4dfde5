import type {
  Actor,
  Assurance,
  Blocker,
  Event,
  FactOf,
  Instant,
  Item,
  ItemKind,
  PlacedObject,
  Target,
} from './facts.ts';
import { identityOf } from './identity.ts';

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
  /** The least assurance with which a person's decision counts here and now: the operator's policy. */
  readonly least: Assurance;
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
  readonly waivers: readonly Stamped<Omit<FactOf<'waived'>, 'type'>>[];
  readonly written: readonly Written[];
  readonly commits: readonly Stamped<Omit<FactOf<'committed'>, 'type'>>[];
  readonly refusals: readonly Stamped<Omit<FactOf<'refused'>, 'type'>>[];
  readonly closed?: { readonly how: 'completed' | 'abandoned'; readonly at: Instant; readonly because?: string };
};

/** Events of one deployment, in order → what they amount to. `undefined` when the first is not `started`. */
export function fold(id: string, events: readonly Event[], least: Assurance = 'elicited'): Deployment | undefined {
  const first = events[0];
  if (first === undefined || first.fact.type !== 'started') return undefined;
  const { type: _, ...started } = first.fact;

  const items = new Map<string, Item & { seq: number }>();
  const retired = new Map<string, RetiredItem>();
  const observations = new Map<string, Observation[]>();
  const runs = new Map<string, RunRecord>();
  const placements = new Map<string, Placement>();
  const blockers: Stamped<Blocker>[] = [];
  const closedBlockers = new Set<string>();
  const plans: Plan[] = [];
  const decisions: Stamped<Omit<FactOf<'decided'>, 'type'>>[] = [];
  const waivers: Stamped<Omit<FactOf<'waived'>, 'type'>>[] = [];
  const written: Written[] = [];
  const commits: Stamped<Omit<FactOf<'committed'>, 'type'>>[] = [];
  const refusals: Stamped<Omit<FactOf<'refused'>, 'type'>>[] = [];
  let closed: Deployment['closed'];

  for (const { seq, at, by, fact } of events) {
    const stamp = { seq, at, by };
    switch (fact.type) {
      case 'started':
        break;
      case 'claimed': {
        // A claim of a subject already there updates it and keeps its id; a retired one comes back to life.
        const before = items.get(fact.item.subject) ?? retired.get(fact.item.subject)?.item;
        items.set(fact.item.subject, { ...fact.item, id: before?.id ?? fact.item.id, seq });
        retired.delete(fact.item.subject);
        break;
      }
      case 'retired': {
        const item = items.get(fact.subject);
        if (item === undefined) break;
        items.delete(fact.subject);
        retired.set(fact.subject, {
          item,
          because: fact.because,
          seq,
          ...(fact.replaced_by === undefined ? {} : { replaced_by: fact.replaced_by }),
        });
        break;
      }
      case 'begun': {
        const { type: _t, ...run } = fact;
        const client = by.kind === 'agent' ? by.client : by.kind;
        runs.set(fact.run, { ...run, seq, begun: at, client });
        break;
      }
      case 'ended': {
        const run = runs.get(fact.run);
        if (run === undefined || run.ended !== undefined) break;
        run.ended = {
          at,
          outcome: fact.outcome,
          ...(fact.status === undefined ? {} : { status: fact.status }),
          ...(fact.result === undefined ? {} : { result: fact.result }),
        };
        break;
      }
      case 'placed': {
        const key = identityOf(fact.object);
        const before = placements.get(key);
        placements.set(key, {
          object: { ...before?.object, ...fact.object },
          run: fact.run,
          purpose: fact.purpose,
          state: fact.state,
          kept: fact.kept ?? before?.kept ?? false,
          seq,
          ...optional('phase', fact.phase ?? before?.phase),
          ...optional('before', wayBackOf(before, fact)),
          ...optional('applied', fact.applied ?? before?.applied),
        });
        break;
      }
      case 'observed': {
        const { type: _t, at: place, ...rest } = fact;
        const seen = observations.get(fact.subject) ?? [];
        seen.push({ ...rest, place, seq, seen: at });
        observations.set(fact.subject, seen);
        break;
      }
      case 'opened':
        blockers.push({ ...fact.blocker, ...stamp });
        break;
      case 'closed':
        closedBlockers.add(fact.blocker);
        break;
      case 'planned':
        plans.push({ ...withoutType(fact), ...stamp });
        break;
      case 'decided':
        decisions.push({ ...withoutType(fact), ...stamp });
        break;
      case 'waived':
        waivers.push({ ...withoutType(fact), ...stamp });
        break;
      case 'written':
        written.push({ ...withoutType(fact), ...stamp });
        break;
      case 'committed':
        commits.push({ ...withoutType(fact), ...stamp });
        break;
      case 'refused':
        refusals.push({ ...withoutType(fact), ...stamp });
        break;
      case 'completed':
        closed = { how: 'completed', at };
        break;
      case 'abandoned':
        closed = { how: 'abandoned', at, because: fact.because };
        break;
      default:
        fact satisfies never;
    }
  }

  return {
    id,
    least,
    seq: events.at(-1)?.seq ?? 0,
    started: { ...started, seq: first.seq, at: first.at, by: first.by },
    target: pinned(started.target, observations),
    items,
    retired,
    observations,
    runs,
    placements: [...placements.values()],
    blockers,
    closedBlockers,
    plans,
    decisions,
    waivers,
    written,
    commits,
    refusals,
    ...(closed === undefined ? {} : { closed }),
  };
}

/**
 * The first before-image is the one to go back to, however often we applied since, unless it is gone. What we made
 * ourselves has none: the image of it, taken when it was applied again, is of our own object.
 */
function wayBackOf(before: Placement | undefined, fact: FactOf<'placed'>): string | undefined {
  if (before === undefined || before.state === 'gone') return fact.before;
  const { uid } = before.object;
  const ours = before.state !== 'intended' || before.applied !== undefined;
  const same = uid !== undefined && (fact.object.uid === undefined || fact.object.uid === uid);
  return before.before ?? (ours && same ? undefined : fact.before);
}

function withoutType<T extends { type: string }>(fact: T): Omit<T, 'type'> {
  const { type: _, ...rest } = fact;
  return rest;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** A namespace that wasn't there at the start is pinned to the first UID it was seen with. */
function pinned(target: Target, observations: ReadonlyMap<string, readonly Observation[]>): Target {
  return {
    ...target,
    namespaces: target.namespaces.map((ns) => {
      if (ns.uid !== null) return ns;
      const seen = observations.get(`namespace:${ns.name}`)?.find((o) => o.verdict.status === 'pass' && o.uid);
      return { name: ns.name, uid: seen?.uid ?? null };
    }),
  };
}

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
