import type { Ledger, NewEvent, Signer } from '../state/index.ts';
import {
  type Actor,
  type Deployment,
  type Fact,
  fold,
  type Instant,
  parseEvents,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import type { Shop } from './shop.ts';

/** The record as the law sees it: rows read, their chain checked, parsed and folded. */
export type Loaded = { ok: true; deployment: Deployment } | { ok: false; refusal: Refusal };

/** Where records lie, and what the operator asks of them. */
export type Records = Pick<Shop, 'ledger' | 'policy'>;

export async function load({ ledger, policy }: Records, id: string): Promise<Loaded> {
  const { rows, damaged } = await ledger.read(id);
  if (damaged !== undefined) return { ok: false, refusal: damagedRefusal(id, damaged.seq, damaged.why) };
  if (rows.length === 0) return { ok: false, refusal: await unknownDeployment(ledger, id) };
  const parsed = parseEvents(rows);
  if (!parsed.ok) return { ok: false, refusal: damagedRefusal(id, parsed.seq, parsed.why) };
  const deployment = fold(id, parsed.events, policy.minimum_assurance);
  if (deployment === undefined)
    return { ok: false, refusal: damagedRefusal(id, 1, 'the first event is not `started`') };
  return { ok: true, deployment };
}

const damagedRefusal = (id: string, seq: number, why: string): Refusal =>
  refuse(
    'RECORD_DAMAGED',
    `The record of ${id} can't be trusted from row ${seq} on: ${why}. Nothing may be done on it; a person looks at it with \`infragate verify\`.`,
    { next: [{ command: 'infragate verify' }] },
  );

async function unknownDeployment(ledger: Ledger, id: string): Promise<Refusal> {
  const known = (await ledger.deployments()).map((d) => d.id);
  const list = known.length === 0 ? 'There are none yet.' : `Known: ${known.slice(-10).join(', ')}.`;
  return refuse('NO_DEPLOYMENT', `deployment: there is no deployment "${id}". ${list}`, {
    next: [{ tool: 'deployment-status', arguments: {} }],
  });
}

/** All readable deployments, oldest first; damaged ones are told apart, not hidden. */
export async function loadAll(records: Records): Promise<{ deployments: Deployment[]; damaged: string[] }> {
  const deployments: Deployment[] = [];
  const damaged: string[] = [];
  for (const { id } of await records.ledger.deployments()) {
    const loaded = await load(records, id);
    if (loaded.ok) deployments.push(loaded.deployment);
    else damaged.push(id);
  }
  return { deployments, damaged };
}

export const event = (at: Instant, by: Actor, fact: Fact): NewEvent => ({ at, by, fact });

const signedEvent = (deployment: string, at: Instant, by: Actor, fact: Fact, signer: Signer): NewEvent => ({
  at,
  by: (previous: string) => ({ ...by, signature: signer.sign({ deployment, previous, at, fact }) }),
  fact,
});

/**
 * Appends facts that don't depend on where the record stands (they were seen, or they are fenced by `decide`). On a
 * conflict the record is read again and `decide` asked again; it answers the facts to append, or a refusal. With a
 * signer each of them is signed; what the operator decides has to be, or the record would be damaged by it.
 */
export async function appendDecided(
  records: Records,
  id: string,
  by: Actor,
  now: () => Instant,
  decide: (d: Deployment) => readonly Fact[] | Refusal,
  signer?: Signer,
): Promise<{ ok: true; deployment: Deployment } | { ok: false; refusal: Refusal }> {
  if (by.kind === 'person' && by.assurance === 'operator' && signer === undefined)
    throw new Error("an operator's decision without the operator's signature");
  for (;;) {
    const loaded = await load(records, id);
    if (!loaded.ok) return loaded;
    const facts = decide(loaded.deployment);
    if ('code' in facts) return { ok: false, refusal: facts };
    if (facts.length === 0) return { ok: true, deployment: loaded.deployment };
    const at = now();
    const result = await records.ledger.append(
      id,
      loaded.deployment.seq,
      facts.map((fact) => (signer === undefined ? event(at, by, fact) : signedEvent(id, at, by, fact, signer))),
    );
    if (result.status === 'appended') {
      const after = await load(records, id);
      return after.ok ? after : { ok: false, refusal: after.refusal };
    }
  }
}
