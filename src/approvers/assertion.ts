import { createHash, verify } from 'node:crypto';
import { z } from 'zod';
import { canonical } from '../workflow/canonical.ts';
import { type ApproverKey, allowsOrigin, publicKeyOf } from './key.ts';

/**
 * A passkey's answer about one decision, as the ledger keeps it, and whether it proves that decision. Needs nothing but
 * the public key: the challenge is made again from the fact itself, so what was signed is what is recorded.
 *
 * challenge = SHA-256(plan digest ‖ review digest ‖ nonce), and nonce = SHA-256 of the canonical JSON of a random salt,
 * the time it was issued and the decision (which deployment, which choice, with which words).
 */
export const assertionBody = z.strictObject({
  form: z.literal(1),
  /** 32 random bytes, base64url: an answer counts once. */
  salt: z.string().regex(/^[\w-]{43}$/),
  issued_at: z.iso.datetime(),
  credential: z.string(),
  /** As WebAuthn gives them (Web Authentication Level 3, section 5.2.2), base64url. */
  client_data: z.string(),
  authenticator_data: z.string(),
  signature: z.string(),
});
export type Assertion = z.infer<typeof assertionBody>;
export type Issued = Pick<Assertion, 'salt' | 'issued_at'>;

/** The part of a decided, waived or abandoned fact that a person puts their name to. */
const statement = z.union([
  z.object({
    type: z.literal('decided'),
    digest: z.string(),
    review: z.string(),
    choice: z.string(),
    remark: z.string().optional(),
  }),
  z.object({
    type: z.literal('waived'),
    check: z.string(),
    subject: z.string().optional(),
    because: z.string(),
    until: z.string(),
  }),
  z.object({ type: z.literal('abandoned'), because: z.string() }),
]);

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** 32 bytes of `sha256:HEX`; of a fact without a plan or a review, zeros. */
function digestBytes(digest: string | undefined): Buffer | undefined {
  if (digest === undefined) return Buffer.alloc(32);
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/** What the passkey is asked to sign, 32 bytes; undefined: the fact is none that a person decides. */
export function challengeFor(deployment: string, fact: unknown, { salt, issued_at }: Issued): Buffer | undefined {
  const said = statement.safeParse(fact);
  if (!said.success) return undefined;
  const { digest, review, ...words } = { digest: undefined, review: undefined, ...said.data };
  const [plan, shown] = [digestBytes(digest), digestBytes(review)];
  if (plan === undefined || shown === undefined) return undefined;
  const nonce = sha256(canonical({ salt, issued_at, deployment, ...words }));
  return sha256(Buffer.concat([plan, shown, nonce]));
}

export type Checked =
  | { readonly ok: true; readonly origin: string; readonly counter: number }
  | { readonly ok: false; readonly why: string };

const clientData = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
});

const FLAGS = { present: 0x01, verified: 0x04 } as const;

/** Web Authentication Level 3, section 7.2, for one stored answer. */
export function checkAssertion(key: ApproverKey, deployment: string, fact: unknown, given: Assertion): Checked {
  const wrong = (why: string): Checked => ({ ok: false, why });
  const challenge = challengeFor(deployment, fact, given);
  if (challenge === undefined) return wrong('it is about nothing that a person decides with a passkey');
  if (given.credential !== key.id) return wrong('it is of another passkey');
  const client = clientDataOf(given.client_data);
  if (client === undefined) return wrong("its client data can't be read");
  if (client.type !== 'webauthn.get') return wrong('it is no answer to a request for a passkey');
  if (client.challenge !== challenge.toString('base64url'))
    return wrong('it was given for another plan, another review, another choice or another request');
  if (client.crossOrigin === true) return wrong('it was given inside a page of another origin');
  if (!allowsOrigin(key, client.origin)) return wrong(`it was given on a page of ${client.origin}`);
  const authenticator = Buffer.from(given.authenticator_data, 'base64url');
  if (authenticator.length < 37) return wrong('its authenticator data is too short');
  if (!authenticator.subarray(0, 32).equals(sha256(key.rp_id))) return wrong('it was given for another site');
  const flags = authenticator[32] ?? 0;
  if ((flags & FLAGS.present) === 0 || (flags & FLAGS.verified) === 0)
    return wrong('the device did not verify its user (PIN, fingerprint or face)');
  const signed = Buffer.concat([authenticator, sha256(Buffer.from(given.client_data, 'base64url'))]);
  if (!isSignedBy(key, signed, Buffer.from(given.signature, 'base64url')))
    return wrong('its signature does not fit the approver’s key');
  return { ok: true, origin: client.origin, counter: authenticator.readUInt32BE(33) };
}

function isSignedBy({ public_key }: ApproverKey, signed: Buffer, signature: Buffer): boolean {
  const key = publicKeyOf(public_key);
  if (key === undefined) return false;
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  try {
    return verify(hash, signed, key, signature);
  } catch {
    return false;
  }
}

function clientDataOf(encoded: string) {
  try {
    const parsed = clientData.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The page's origin, as the browser wrote it. */
export const originOf = (given: Assertion): string | undefined => clientDataOf(given.client_data)?.origin;

export function readAssertion(text: string): Assertion | undefined {
  try {
    const parsed = assertionBody.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
