import { checkAssertion, readAssertion } from '../approvers/assertion.ts';
import { type Approver, separationOf } from '../approvers/key.ts';
import { SEPARATIONS, type Separation } from '../workflow/facts.ts';
import type { Damage, Ledger, Row } from './ledger.ts';
import { fingerprint, isSignedBy, type Signature } from './signature.ts';

/** Whose decisions count: asked only when there is one. */
export type Trusted = {
  /** Public keys of the operator (operator-key.ts). */
  operators(): Promise<readonly string[]>;
  /** Passkeys of approvers, those no longer in use as well (approvers/keys.ts). */
  approvers(): Promise<readonly Approver[]>;
};

/**
 * A ledger in which "the operator decided" needs the operator's signature, and "decided with a passkey" the passkey's
 * answer about exactly that. The hash chain alone can be made anew by whoever can write the file; these rows can't be, and
 * a signature holds all rows before it in place.
 */
export function signed(ledger: Ledger, trusted: Trusted): Ledger {
  const read: Ledger['read'] = async (deployment, after) => {
    const found = await ledger.read(deployment, after);
    const damaged = first([
      await firstUnsigned(found.rows, trusted.operators),
      await firstUnproven(found.rows, ledger, trusted.approvers),
    ]);
    return damaged === undefined ? found : { rows: found.rows.filter(({ seq }) => seq < damaged.seq), damaged };
  };
  return {
    ...ledger,
    read,
    async verify() {
      const known = new Map((await ledger.verify()).map((bad) => [bad.deployment, bad]));
      for (const { id } of await ledger.deployments()) {
        const { damaged } = await read(id);
        const before = known.get(id);
        if (damaged !== undefined && (before === undefined || damaged.seq < before.seq))
          known.set(id, { deployment: id, ...damaged });
      }
      return [...known.values()];
    },
  };
}

const first = (all: readonly (Damage | undefined)[]): Damage | undefined =>
  all.filter((one) => one !== undefined).sort((a, b) => a.seq - b.seq)[0];

async function firstUnsigned(rows: readonly Row[], keys: Trusted['operators']): Promise<Damage | undefined> {
  const decided = rows.flatMap(statements).filter(isSure);
  if (decided.length === 0) return undefined;
  const known = new Map((await keys()).map((key) => [fingerprint(key), key]));
  for (const row of decided) {
    const why = whyUnsigned(row, known);
    if (why !== undefined) return { seq: row.seq, why: `row ${row.seq} ${why}` };
  }
  return undefined;
}

/** What a person decides; other facts of theirs only hold things back (a blocker after a rejection). */
const DECISIONS = new Set(['decided', 'preapproved', 'waived', 'abandoned']);

async function firstUnproven(
  rows: readonly Row[],
  bodies: Pick<Ledger, 'get'>,
  keys: Trusted['approvers'],
): Promise<Damage | undefined> {
  const decided = rows.filter(
    ({ by, fact }) =>
      DECISIONS.has(String(Object(fact).type)) &&
      (Object(fact).assertion !== undefined || (isPerson(by) && by.assurance === 'passkey')),
  );
  if (decided.length === 0) return undefined;
  const known = new Map((await keys()).map((key) => [key.id, key]));
  const used = new Set<string>();
  for (const row of decided) {
    const digest = String(Object(row.fact).assertion);
    const body = await bodies.get(digest);
    const why = used.has(digest)
      ? 'repeats the answer of a passkey that counted before'
      : whyUnproven(row, body === undefined ? undefined : Buffer.from(body.body).toString('utf8'), known);
    used.add(digest);
    if (why !== undefined) return { seq: row.seq, why: `row ${row.seq} ${why}` };
  }
  return undefined;
}

/** Undefined: this row's decision is proven by a passkey that counted then. */
export function whyUnproven(
  { deployment, at, by, fact }: Pick<Row, 'deployment' | 'at' | 'by' | 'fact'>,
  body: string | undefined,
  known: ReadonlyMap<string, Approver>,
): string | undefined {
  const assertion = body === undefined ? undefined : readAssertion(body);
  if (assertion === undefined) return 'says that a passkey decided, and has no answer of one';
  const key = known.get(assertion.credential);
  if (key === undefined) return `is decided with a passkey (${assertion.credential}) that is not an approver's here`;
  if (key.removed_at !== undefined && key.removed_at < at) return `is decided with a passkey removed ${key.removed_at}`;
  const checked = checkAssertion(key, deployment, fact, assertion);
  if (!checked.ok) return `names a passkey's answer that does not prove it: ${checked.why}`;
  const { name, groups = [], separation = 'same-user' } = isPerson(by) ? by : {};
  if (name !== key.name) return `says that ${String(name)} decided, and the passkey is ${key.name}'s`;
  if (SEPARATIONS.indexOf(separation) > SEPARATIONS.indexOf(separationOf(key)))
    return `says ${separation}, and nothing vouches for more than ${separationOf(key)}`;
  return groups.every((group) => key.groups.includes(group)) ? undefined : 'names a group that the approver is not in';
}

/** Who said what where: the row's own, and the person's statement that a decision within a class rests on. */
type Said = Pick<Row, 'seq' | 'by' | 'deployment' | 'previous' | 'at' | 'fact'>;

function statements(row: Row): Said[] {
  const under: unknown = Object(row.fact).under;
  if (typeof under !== 'object' || under === null) return [row];
  const { deployment, previous, at, by, fact }: Record<string, unknown> = { ...under };
  const texts = { deployment: String(deployment), previous: String(previous), at: String(at) };
  return [row, { seq: row.seq, by, fact, ...texts }];
}

/** A class is signed, never proven by a passkey. */
const isSure = ({ by, fact }: Said): boolean =>
  isPerson(by) &&
  (by.assurance === 'operator' ||
    by.signature !== undefined ||
    (by.assurance !== 'elicited' && Object(fact).type === 'preapproved'));

function whyUnsigned(row: Said, known: ReadonlyMap<string, string>): string | undefined {
  const { by, deployment, previous, at, fact } = row;
  const signature = isPerson(by) ? by.signature : undefined;
  if (signature === undefined) return 'says that the operator decided, and is not signed';
  const key = known.get(signature.key);
  if (key === undefined) return `is signed with a key (${signature.key}) that is not one of the operator's here`;
  if (isSignedBy(key, { deployment, previous, at, fact }, signature.value)) return undefined;
  return 'or a row before it was changed after the operator signed it: the signature does not fit';
}

type Person = {
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly separation?: Separation;
  readonly assurance?: unknown;
  readonly signature?: Signature;
};

const isPerson = (by: unknown): by is Person =>
  typeof by === 'object' && by !== null && 'kind' in by && by.kind === 'person';
