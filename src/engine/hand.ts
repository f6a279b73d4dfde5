import {
  type Approver,
  type Assertion,
  checkAssertion,
  readApprovers,
  separationOf,
  takeCounter,
} from '../approvers/index.ts';
import type { Signer } from '../state/index.ts';
import { type Actor, type Assurance, admitPerson, type Fact, type Refusal, refuse } from '../workflow/index.ts';
import type { EngineContext } from './context.ts';
import { load } from './record.ts';

type Person = Extract<Actor, { kind: 'person' }>;

/** Whose decision it is: a form's, the operator's (signed), or the owner's of the passkey that answered. */
export type Hand =
  | { readonly actor: Person; readonly signer?: Signer }
  | { readonly assertion: Assertion; readonly actor?: undefined };

/** The person behind it, and what goes into the fact as the proof. */
export type Proven = {
  readonly actor: Person;
  readonly signer?: Signer;
  readonly proof?: { readonly assertion: string };
};

/** An answer is older than this when it was on its way through another host for too long. */
const OLDEST_MS = 24 * 3_600_000;

/**
 * Who decides: of a passkey's answer the approver whose key fits, with everything else than exactly this fact refused. It
 * is used up by this, whatever becomes of the decision.
 */
export async function proven(
  engine: EngineContext,
  deployment: string,
  fact: Fact,
  hand: Hand,
): Promise<Proven | Refusal> {
  if (hand.actor !== undefined) {
    const forbidden = admitPerson(fact.type, hand.actor);
    return forbidden ?? { actor: hand.actor, ...(hand.signer === undefined ? {} : { signer: hand.signer }) };
  }
  const { assertion } = hand;
  const no = (why: string) => refuse('PERSON_NEEDED', `The passkey's answer decides nothing: ${why}.`, NEXT);
  const now = engine.now();
  const key = (await readApprovers(engine.home)).find(
    (k) => k.id === assertion.credential && k.removed_at === undefined,
  );
  if (key === undefined) return no('its passkey is not one of an approver here');
  const age = Date.parse(now) - Date.parse(assertion.issued_at);
  if (age > OLDEST_MS || age < -60_000) return no('the request it answers is too old');
  const checked = checkAssertion(key, deployment, fact, assertion);
  if (!checked.ok) return no(checked.why);
  if (!(await engine.ledger.useOnce(`passkey:${assertion.salt}`)))
    return no('it was used before; an answer counts once');
  if (!(await takeCounter(engine.home, key.id, checked.counter)))
    return no("the device's counter stands still or goes back: the passkey may have been copied");
  const loaded = await load(engine, deployment);
  if (!loaded.ok) return loaded.refusal;
  return {
    actor: personOf(key, loaded.deployment.started.at),
    proof: { assertion: await engine.ledger.put(JSON.stringify(assertion), 'application/json') },
  };
}

const NEXT = { next: [{ person: 'the approver', action: 'infragate console' }] } as const;

function personOf(key: Approver, started: string): Person {
  return {
    kind: 'person',
    name: key.name,
    assurance: assuranceOf(key, started),
    separation: separationOf(key),
    credential: { id: key.id, pinned_by: key.pinned_by },
    ...(key.groups.length === 0 ? {} : { groups: key.groups }),
  };
}

/**
 * A passkey in the data folder that is younger than the deployment is worth no more than a form: whoever started the
 * deployment could have enrolled it.
 */
export const assuranceOf = (key: Approver, started: string): Assurance =>
  key.pinned_by === 'administrator' || key.created_at < started ? 'passkey' : 'elicited';
