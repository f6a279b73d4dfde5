import { type Demand, NO_DEMAND } from './approval.ts';
import type { Deployment, Observation, Placement } from './deployment.ts';
import type { Event, Fact, FactOf, Target } from './facts.ts';
import { identityOf } from './identity.ts';

/** Events of one deployment, in order → what they amount to. `undefined` when the first is not `started`. */
export function fold(id: string, events: readonly Event[], least: Demand = NO_DEMAND): Deployment | undefined {
  const [first, ...rest] = events;
  if (first === undefined || first.fact.type !== 'started') return undefined;
  const { type: _, ...started } = first.fact;
  const opened: Deployment = {
    id,
    least,
    seq: first.seq,
    started: { ...started, seq: first.seq, at: first.at, by: first.by },
    target: started.target,
    items: new Map(),
    retired: new Map(),
    observations: new Map(),
    runs: new Map(),
    placements: [],
    blockers: [],
    closedBlockers: new Set(),
    plans: [],
    decisions: [],
    classes: [],
    waivers: [],
    written: [],
    commits: [],
    refusals: [],
  };
  return advance(opened, rest);
}

/**
 * The deployment with the events that came after it. `d` itself stays as it is: a collection is copied before the first
 * change, so the cost is that of the new events and of one shallow copy of each collection they touch.
 */
export function advance(d: Deployment, events: readonly Event[]): Deployment {
  const last = events.at(-1);
  if (last === undefined) return d;
  const draft = draftOf(d);
  for (const { seq, at, by, fact } of events) take(draft, fact, { seq, at, by });
  const observations = draft.observations.value();
  return {
    ...d,
    seq: last.seq,
    target: pinned(d.started.target, observations),
    items: draft.items.value(),
    retired: draft.retired.value(),
    observations,
    runs: draft.runs.value(),
    placements: draft.placements.value(),
    blockers: draft.blockers.value(),
    closedBlockers: draft.closedBlockers.value(),
    plans: draft.plans.value(),
    decisions: draft.decisions.value(),
    classes: draft.classes.value(),
    waivers: draft.waivers.value(),
    written: draft.written.value(),
    commits: draft.commits.value(),
    refusals: draft.refusals.value(),
    ...(draft.closed === undefined ? {} : { closed: draft.closed }),
  };
}

/** A collection that is copied when it is first changed. */
type Copied<T, M> = { value(): T; change(): M };

function copied<T, M>(original: T, copy: (original: T) => M, finish: (changed: M) => T): Copied<T, M> {
  let own: M | undefined;
  return {
    value: () => (own === undefined ? original : finish(own)),
    change: () => {
      own ??= copy(original);
      return own;
    },
  };
}

const mapOf = <K, V>(original: ReadonlyMap<K, V>) =>
  copied(
    original,
    (m) => new Map(m),
    (m) => m,
  );
const listOf = <V>(original: readonly V[]) =>
  copied(
    original,
    (l) => [...l],
    (l) => l,
  );

type Draft = ReturnType<typeof draftOf>;

function draftOf(d: Deployment) {
  return {
    items: mapOf(d.items),
    retired: mapOf(d.retired),
    observations: mapOf(d.observations),
    /** The lists of observations that were copied here and may be added to, by subject. */
    own: new Map<string, Observation[]>(),
    runs: mapOf(d.runs),
    placements: copied<readonly Placement[], Map<string, Placement>>(
      d.placements,
      (all) => new Map(all.map((one) => [identityOf(one.object), one])),
      (map) => [...map.values()],
    ),
    blockers: listOf(d.blockers),
    closedBlockers: copied<ReadonlySet<string>, Set<string>>(
      d.closedBlockers,
      (s) => new Set(s),
      (s) => s,
    ),
    plans: listOf(d.plans),
    decisions: listOf(d.decisions),
    classes: listOf(d.classes),
    waivers: listOf(d.waivers),
    written: listOf(d.written),
    commits: listOf(d.commits),
    refusals: listOf(d.refusals),
    closed: d.closed,
  };
}

type Stamp = Pick<Event, 'seq' | 'at' | 'by'>;

function take(draft: Draft, fact: Fact, stamp: Stamp): void {
  switch (fact.type) {
    case 'started':
      break;
    case 'claimed': {
      // A claim of a subject already there updates it and keeps its id; a retired one comes back to life.
      const { item } = fact;
      const before = draft.items.value().get(item.subject) ?? draft.retired.value().get(item.subject)?.item;
      draft.items.change().set(item.subject, { ...item, id: before?.id ?? item.id, seq: stamp.seq });
      if (draft.retired.value().has(item.subject)) draft.retired.change().delete(item.subject);
      break;
    }
    case 'retired': {
      const item = draft.items.value().get(fact.subject);
      if (item === undefined) break;
      draft.items.change().delete(fact.subject);
      draft.retired.change().set(fact.subject, {
        item,
        because: fact.because,
        seq: stamp.seq,
        ...(fact.replaced_by === undefined ? {} : { replaced_by: fact.replaced_by }),
      });
      break;
    }
    case 'begun': {
      const client = stamp.by.kind === 'agent' ? stamp.by.client : stamp.by.kind;
      draft.runs.change().set(fact.run, { ...withoutType(fact), seq: stamp.seq, begun: stamp.at, client });
      break;
    }
    case 'ended': {
      const run = draft.runs.value().get(fact.run);
      if (run === undefined || run.ended !== undefined) break;
      const ended = {
        at: stamp.at,
        outcome: fact.outcome,
        ...(fact.status === undefined ? {} : { status: fact.status }),
        ...(fact.result === undefined ? {} : { result: fact.result }),
      };
      draft.runs.change().set(fact.run, { ...run, ended });
      break;
    }
    case 'placed':
      placed(draft, fact, stamp.seq);
      break;
    case 'observed': {
      const { type: _, at: place, ...rest } = fact;
      const observation: Observation = { ...rest, place, seq: stamp.seq, seen: fact.carried?.at ?? stamp.at };
      const own = draft.own.get(fact.subject) ?? [...(draft.observations.value().get(fact.subject) ?? [])];
      own.push(observation);
      draft.own.set(fact.subject, own);
      draft.observations.change().set(fact.subject, own);
      break;
    }
    case 'opened':
      draft.blockers.change().push({ ...fact.blocker, ...stamp });
      break;
    case 'closed':
      draft.closedBlockers.change().add(fact.blocker);
      break;
    case 'planned':
      draft.plans.change().push({ ...withoutType(fact), ...stamp });
      break;
    case 'decided':
      draft.decisions.change().push({ ...withoutType(fact), ...stamp });
      break;
    case 'preapproved':
      draft.classes.change().push({ ...fact.class, ...stamp });
      break;
    case 'waived':
      draft.waivers.change().push({ ...withoutType(fact), ...stamp });
      break;
    case 'written':
      draft.written.change().push({ ...withoutType(fact), ...stamp });
      break;
    case 'committed':
      draft.commits.change().push({ ...withoutType(fact), ...stamp });
      break;
    case 'refused':
      draft.refusals.change().push({ ...withoutType(fact), ...stamp });
      break;
    case 'completed':
      draft.closed = { how: 'completed', at: stamp.at };
      break;
    case 'abandoned':
      draft.closed = { how: 'abandoned', at: stamp.at, because: fact.because };
      break;
    default:
      fact satisfies never;
  }
}

function placed(draft: Draft, fact: FactOf<'placed'>, seq: number): void {
  const key = identityOf(fact.object);
  const placements = draft.placements.change();
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
