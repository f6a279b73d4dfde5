import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { SEPARATIONS, type Separation } from '../workflow/facts.ts';

/** A passkey that counts as a person's: what its owner's device gave when it was enrolled, and who it belongs to. */
export const approverKey = z.strictObject({
  name: z.string().min(1),
  groups: z.array(z.string()).default([]),
  /** The credential's id, base64url. */
  id: z.string().min(1),
  /** SubjectPublicKeyInfo (RFC 5280), DER, base64url: ES256, EdDSA or RS256. */
  public_key: z.string().refine((text) => publicKeyOf(text) !== undefined, 'not a public key'),
  /** The host name that the device binds the passkey to (WebAuthn's relying party). */
  rp_id: z.string().min(1),
  /** An administrator's word: only this page, and what lies between it and the agent. */
  origin: z.string().optional(),
  separation: z.enum(SEPARATIONS).optional(),
  transports: z.array(z.string()).default([]),
  created_at: z.string(),
  removed_at: z.string().optional(),
});
export type ApproverKey = z.infer<typeof approverKey>;
export type PinnedBy = 'administrator' | 'data-folder';
export type Approver = ApproverKey & { readonly pinned_by: PinnedBy };

export function publicKeyOf(spki: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

const LOOPBACK = 'localhost';

/** May a page of this origin ask for this key? Where the key names an origin, only that one. */
export function allowsOrigin(key: Pick<ApproverKey, 'rp_id' | 'origin'>, origin: string): boolean {
  if (key.origin !== undefined) return origin === key.origin;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (hostname !== key.rp_id) return false;
  return protocol === 'https:' || (protocol === 'http:' && hostname === LOOPBACK);
}

/**
 * What lies between the agent and the page, as far as the administrator vouches for it. `localhost` ignores ports, so an
 * agent of the same user can stand up another page there: without an origin that the administrator pinned it is same-user,
 * and it never is another host.
 */
export function separationOf(key: Approver): Separation {
  if (key.pinned_by !== 'administrator' || key.origin === undefined || key.separation === undefined) return 'same-user';
  return key.separation === 'other-host' && key.rp_id === LOOPBACK ? 'other-user' : key.separation;
}
