import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Approver, type Assertion, assertionBody, challengeFor, type Issued } from '../approvers/index.ts';
import type { Fact } from '../workflow/index.ts';

/**
 * Decisions that wait for a passkey's answer. What is to be decided is fixed here before the passkey is asked, so the
 * answer is about that or about nothing. Held in memory: a console that ends forgets them, and nothing is decided.
 */
export type Requested = Issued & { readonly deployment: string; readonly fact: Fact; readonly until: number };

export const REQUEST_MS = 5 * 60_000;
const MOST = 200;

export type Requests = {
  /** A ticket, and the options for navigator.credentials.get (PublicKeyCredentialRequestOptionsJSON). */
  open(deployment: string, fact: Fact, keys: readonly Approver[], rpId: string): { ticket: string; options: object };
  /** What the ticket stands for, once. */
  take(ticket: string): Requested | undefined;
};

export function createRequests(now: () => number = Date.now): Requests {
  const open = new Map<string, Requested>();
  return {
    open(deployment, fact, keys, rpId) {
      for (const [ticket, { until }] of open) if (until <= now() || open.size >= MOST) open.delete(ticket);
      const ticket = randomBytes(24).toString('base64url');
      const issued = { salt: randomBytes(32).toString('base64url'), issued_at: new Date(now()).toISOString() };
      const challenge = challengeFor(deployment, fact, issued);
      if (challenge === undefined) throw new Error('there is nothing to sign in this');
      open.set(ticket, { ...issued, deployment, fact, until: now() + REQUEST_MS });
      const allowCredentials = keys.map(({ id, transports }) => ({ id, transports, type: 'public-key' }));
      const options = {
        challenge: challenge.toString('base64url'),
        rpId,
        allowCredentials,
        userVerification: 'required',
        timeout: REQUEST_MS,
      };
      return { ticket, options };
    },
    take(ticket) {
      const found = open.get(ticket);
      open.delete(ticket);
      return found === undefined || found.until <= now() ? undefined : found;
    },
  };
}

const response = z.looseObject({
  id: z.string(),
  response: z.looseObject({ clientDataJSON: z.string(), authenticatorData: z.string(), signature: z.string() }),
});

/** A browser's AuthenticationResponseJSON as the record keeps it; undefined: it is none. */
export function assertionOf({ salt, issued_at }: Issued, given: unknown): Assertion | undefined {
  const parsed = response.safeParse(given);
  if (!parsed.success) return undefined;
  const { clientDataJSON, authenticatorData, signature } = parsed.data.response;
  const made = assertionBody.safeParse({
    form: 1,
    salt,
    issued_at,
    credential: parsed.data.id,
    client_data: clientDataJSON,
    authenticator_data: authenticatorData,
    signature,
  });
  return made.success ? made.data : undefined;
}
