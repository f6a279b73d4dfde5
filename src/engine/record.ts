import type { Ledger, LineFilter, Listed, NewEvent, Place, Signer } from '../state/index.ts';
import {
  type Actor,
  advance,
  type Deployment,
  type Fact,
  fold,
  headline,
  type Instant,
  parseEvents,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import { demandOf, type Policy } from './policy.ts';

/** What a deployment's record amounts to: rows read, their chain checked, parsed and folded. */
export type Loaded = { ok: true; deployment: Deployment } | { ok: false; refusal: Refusal };

/**
 * The records of one ledger, as this process holds them: what was read and checked once is kept, and a later look reads,
 * checks and folds only the rows after it.
 */
export type Records = {
  readonly ledger: Ledger;
  readonly policy: Policy;
  readonly held: Map<string, Held>;
  readonly queues: Map<string, Queue>;
  /** Called after each append of this process, with what the record amounts to now. */
  appended(deployment: Deployment): void;
};

export type Held = { readonly place: Place; readonly deployment: Deployment; readonly foreign: number };

/** Appends of one deployment that wait for their turn; `draining`: somebody sees to them. */
type Queue = { readonly waiting: Waiting[]; draining: boolean };

/** Records held at most; the one that was not asked for the longest goes first. */
const MAX_HELD = 64;

export const recordsOf = (
  ledger: Ledger,
  policy: Policy,
  appended: (deployment: Deployment) => void = () => {},
): Records => ({ ledger, policy, held: new Map(), queues: new Map(), appended });

export async function load(records: Records, id: string): Promise<Loaded> {
  const { ledger, policy, held } = records;
  const foreign = await ledger.foreignWrites();
  const before = held.get(id);
  const { rows, damaged } = await newRows(ledger, id, before, foreign);
  const last = rows.at(-1);
  if (before !== undefined && damaged === undefined && last === undefined) {
    if (before.foreign !== foreign) hold(held, id, { ...before, foreign });
    return { ok: true, deployment: before.deployment };
  }
  const parsed = parseEvents(rows);
  if (before !== undefined && (damaged !== undefined || !parsed.ok)) {
    // Read from the first row on, it names the row that is wrong.
    held.delete(id);
    return load(records, id);
  }
  if (damaged !== undefined) return { ok: false, refusal: damagedRefusal(id, damaged.seq, damaged.why) };
  if (last === undefined) return { ok: false, refusal: await unknownDeployment(records, id) };
  if (!parsed.ok) return { ok: false, refusal: damagedRefusal(id, parsed.seq, parsed.why) };
  const deployment =
    before === undefined ? fold(id, parsed.events, demandOf(policy)) : advance(before.deployment, parsed.events);
  if (deployment === undefined)
    return { ok: false, refusal: damagedRefusal(id, 1, 'the first event is not `started`') };
  hold(held, id, { place: { seq: last.seq, hash: last.hash }, deployment, foreign });
  return { ok: true, deployment };
}

/**
 * The rows after what is held. When somebody else wrote into the storage since, the rows before are checked again, too:
 * it may have been a second server, or somebody who changed what was there.
 */
async function newRows(ledger: Ledger, id: string, before: Held | undefined, foreign: number) {
  if (before === undefined || before.foreign === foreign) return ledger.read(id, before?.place);
  const { place } = before;
  const { rows, damaged } = await ledger.read(id);
  const moved = rows[place.seq - 1]?.hash !== place.hash;
  const why = `row ${place.seq} is not the one that was read before`;
  return {
    rows: rows.slice(place.seq),
    ...(damaged !== undefined ? { damaged } : moved ? { damaged: { seq: place.seq, why } } : {}),
  };
}

function hold(held: Map<string, Held>, id: string, now: Held): void {
  if ((held.get(id)?.place.seq ?? 0) > now.place.seq) return;
  held.delete(id);
  held.set(id, now);
  const [oldest] = held.keys();
  if (held.size > MAX_HELD && oldest !== undefined) held.delete(oldest);
}

const damagedRefusal = (id: string, seq: number, why: string): Refusal =>
  refuse(
    'RECORD_DAMAGED',
    `The record of ${id} can't be trusted from row ${seq} on: ${why}. Nothing may be done on it; a person looks at it with \`infragate verify\`.`,
    { next: [{ command: 'infragate verify' }] },
  );

async function unknownDeployment(records: Records, id: string): Promise<Refusal> {
  const known = await lines(records, {}, KNOWN_SHOWN);
  const list = known.length === 0 ? 'There are none yet.' : `Known: ${known.map((d) => d.id).join(', ')}.`;
  return refuse('NO_DEPLOYMENT', `deployment: there is no deployment "${id}". ${list}`, {
    next: [{ tool: 'deployment-status', arguments: {} }],
  });
}

const KNOWN_SHOWN = 10;

/** The lines that fit, oldest first. Records without one (they were not written by an engine) get theirs first. */
export async function lines(records: Records, filter: LineFilter, latest?: number): Promise<readonly Listed[]> {
  await listAll(records);
  return records.ledger.lines(filter, latest);
}

/** Gives each readable record its line; answers the ids of those that can't be trusted. */
export async function listAll(records: Records): Promise<string[]> {
  const damaged: string[] = [];
  for (const id of await records.ledger.unlisted()) {
    const loaded = await load(records, id);
    if (loaded.ok) await records.ledger.setLine(id, loaded.deployment.seq, headline(loaded.deployment));
    else damaged.push(id);
  }
  return damaged;
}

/** Deployments that were read, oldest first, and the ids of those whose record can't be trusted. */
export type Several = { readonly deployments: readonly Deployment[]; readonly damaged: readonly string[] };

/** The deployments whose lines fit, whole. What a line says is checked on the record itself. */
export async function loadSome(records: Records, filter: LineFilter, latest?: number): Promise<Several> {
  const unlisted = await listAll(records);
  const deployments: Deployment[] = [];
  const damaged: string[] = [];
  for (const { id } of await records.ledger.lines(filter, latest)) {
    const loaded = await load(records, id);
    if (loaded.ok) deployments.push(loaded.deployment);
    else damaged.push(id);
  }
  return { deployments, damaged: [...new Set([...unlisted, ...damaged])] };
}

export const event = (at: Instant, by: Actor, fact: Fact): NewEvent => ({ at, by, fact });

const signedEvent = (deployment: string, at: Instant, by: Actor, fact: Fact, signer: Signer): NewEvent => ({
  at,
  by: (previous: string) => ({ ...by, signature: signer.sign({ deployment, previous, at, fact }) }),
  fact,
});

type Appended = { ok: true; deployment: Deployment } | { ok: false; refusal: Refusal };

type Decide = (d: Deployment) => readonly Fact[] | Refusal;

type Waiting = {
  readonly by: Actor;
  readonly now: () => Instant;
  readonly decide: Decide;
  readonly signer: Signer | undefined;
  done(appended: Appended): void;
  failed(error: unknown): void;
};

/**
 * Appends facts that don't depend on where the record stands (they were seen, or they are fenced by `decide`). On a
 * conflict the record is read again and `decide` asked again; it answers the facts to append, or a refusal. With a
 * signer each of them is signed; what the operator decides has to be, or the record would be damaged by it. Those of one
 * process that come while another is written are written together, in the order they came.
 */
export async function appendDecided(
  records: Records,
  id: string,
  by: Actor,
  now: () => Instant,
  decide: Decide,
  signer?: Signer,
): Promise<Appended> {
  if (by.kind === 'person' && by.assurance === 'operator' && signer === undefined)
    throw new Error("an operator's decision without the operator's signature");
  const queue = records.queues.get(id) ?? { waiting: [], draining: false };
  records.queues.set(id, queue);
  const appended = new Promise<Appended>((done, failed) => {
    queue.waiting.push({ by, now, decide, signer, done, failed });
  });
  if (!queue.draining) void drain(records, id, queue);
  return appended;
}

async function drain(records: Records, id: string, queue: Queue): Promise<void> {
  queue.draining = true;
  while (queue.waiting.length > 0) {
    const batch = queue.waiting.splice(0);
    try {
      await appendTogether(records, id, batch);
    } catch (error) {
      for (const one of batch) one.failed(error);
    }
  }
  records.queues.delete(id);
}

/** All that wait, in one append: each decides on the record as those before it leave it. */
async function appendTogether(records: Records, id: string, batch: readonly Waiting[]): Promise<void> {
  for (;;) {
    const loaded = await load(records, id);
    if (!loaded.ok) {
      for (const one of batch) one.done(loaded);
      return;
    }
    const { events, outcomes, decided } = decideInOrder(loaded.deployment, batch);
    const result =
      events.length === 0
        ? { status: 'appended' as const }
        : await records.ledger.append(id, loaded.deployment.seq, events, headline(decided));
    if (result.status === 'conflict') continue;
    const after = events.length === 0 ? loaded : await load(records, id);
    if (after.ok && events.length > 0) records.appended(after.deployment);
    for (const { one, refusal, error } of outcomes) {
      if (error !== undefined) one.failed(error.cause);
      else one.done(refusal === undefined ? after : { ok: false, refusal });
    }
    return;
  }
}

type Decided = { readonly one: Waiting; readonly refusal?: Refusal; readonly error?: { readonly cause: unknown } };

function decideInOrder(
  d: Deployment,
  batch: readonly Waiting[],
): { events: NewEvent[]; outcomes: Decided[]; decided: Deployment } {
  const events: NewEvent[] = [];
  let present = d;
  const outcomes = batch.map((one): Decided => {
    try {
      const facts = one.decide(present);
      if ('code' in facts) return { one, refusal: facts };
      const at = one.now();
      const { by, signer } = one;
      present = advance(
        present,
        facts.map((fact, index) => ({ seq: present.seq + 1 + index, at, by, fact })),
      );
      for (const fact of facts)
        events.push(signer === undefined ? event(at, by, fact) : signedEvent(d.id, at, by, fact, signer));
      return { one };
    } catch (cause) {
      return { one, error: { cause } };
    }
  });
  return { events, outcomes, decided: present };
}
