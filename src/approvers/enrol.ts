import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ApproverKey, approverKey } from './key.ts';
import { addKey, readIfThere, writeAside } from './keys.ts';

/** One-time links with which a person enrols a passkey. Kept is the hash of the link's token, so the file gives no link away. */
const stored = z.array(
  z.object({
    token: z.string(),
    name: z.string(),
    groups: z.array(z.string()),
    until: z.string(),
    challenge: z.string(),
    taken: z.boolean(),
  }),
);
export type Enrolment = z.infer<typeof stored>[number];

export const ENROL_MINUTES = 10;

const path = (home: string): string => join(home, 'enrolments.json');
const hashed = (token: string): string => createHash('sha256').update(token).digest('hex');

const all = async (home: string): Promise<Enrolment[]> =>
  stored.parse(JSON.parse((await readIfThere(path(home))) ?? '[]'));

/** A new link's token, valid for ten minutes and once. */
export async function beginEnrolment(
  home: string,
  name: string,
  groups: readonly string[],
  now: Date,
): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  const until = new Date(now.getTime() + ENROL_MINUTES * 60_000).toISOString();
  const challenge = randomBytes(32).toString('base64url');
  const open = (await all(home)).filter((e) => e.until > now.toISOString());
  await mkdir(home, { recursive: true, mode: 0o700 });
  const made: Enrolment = { token: hashed(token), name, groups: [...groups], until, challenge, taken: false };
  await writeAside(path(home), JSON.stringify([...open, made]));
  return token;
}

/** What a link is for; undefined: there is no such link, it was used, or its time is over. */
export async function enrolmentFor(home: string, token: string, now: Date): Promise<Enrolment | undefined> {
  const found = (await all(home)).find((e) => e.token === hashed(token));
  return found === undefined || found.taken || found.until <= now.toISOString() ? undefined : found;
}

/** Takes the device's answer and adds the passkey to the data folder's approvers; answers it, or why not. */
export async function finishEnrolment(
  home: string,
  token: string,
  response: unknown,
  page: { readonly origin: string; readonly rpId: string },
  now: Date,
): Promise<ApproverKey | string> {
  const enrolment = await enrolmentFor(home, token, now);
  if (enrolment === undefined) return 'This link was used already, or its time is over. Ask for another one.';
  const open = await all(home);
  await writeAside(
    path(home),
    JSON.stringify(open.map((e) => (e.token === hashed(token) ? { ...e, taken: true } : e))),
  );
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: responseOf(response),
      expectedChallenge: enrolment.challenge,
      expectedOrigin: page.origin,
      expectedRPID: page.rpId,
      requireUserVerification: true,
    });
    if (!verified || registrationInfo === undefined) return 'The device’s answer could not be verified.';
    const { id, publicKey, transports } = registrationInfo.credential;
    const key = approverKey.parse({
      name: enrolment.name,
      groups: enrolment.groups,
      id,
      public_key: await spkiOf(publicKey),
      rp_id: page.rpId,
      transports: transports ?? [],
      created_at: now.toISOString(),
    });
    await addKey(home, key);
    return key;
  } catch (error) {
    return `The passkey was not enrolled: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const registration = z.looseObject({
  id: z.string(),
  rawId: z.string(),
  response: z.looseObject({ clientDataJSON: z.string(), attestationObject: z.string() }),
  type: z.literal('public-key'),
});

/** What a page sends, in the shape that WebAuthn defines for it (RegistrationResponseJSON). */
function responseOf(given: unknown) {
  const { id, rawId, type, response } = registration.parse(given);
  const { clientDataJSON, attestationObject } = response;
  return { id, rawId, type, response: { clientDataJSON, attestationObject }, clientExtensionResults: {} };
}

/** A COSE key (RFC 9053) as SubjectPublicKeyInfo. */
async function spkiOf(cosePublicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  const { cose, decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers');
  const key = decodeCredentialPublicKey(cosePublicKey);
  const jwk = cose.isCOSEPublicKeyEC2(key)
    ? { kty: 'EC', crv: 'P-256', x: text(key.get(cose.COSEKEYS.x)), y: text(key.get(cose.COSEKEYS.y)) }
    : cose.isCOSEPublicKeyOKP(key)
      ? { kty: 'OKP', crv: 'Ed25519', x: text(key.get(cose.COSEKEYS.x)) }
      : cose.isCOSEPublicKeyRSA(key)
        ? { kty: 'RSA', n: text(key.get(cose.COSEKEYS.n)), e: text(key.get(cose.COSEKEYS.e)) }
        : undefined;
  if (jwk === undefined) throw new Error('the device made a kind of key that is not known here');
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' }).toString('base64url');
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url');
