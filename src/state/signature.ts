import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { canonical } from '../workflow/canonical.ts';

/**
 * What a person puts their name to: one fact, in one place of one record. `previous` is the hash of the row before, so
 * the signature covers everything the person could have looked at, too.
 */
export type Statement = {
  readonly deployment: string;
  /** 64 hexadecimal digits. */
  readonly previous: string;
  readonly at: string;
  readonly fact: unknown;
};

/** Ed25519 (RFC 8032) over the statement's canonical JSON, base64url; `key` is the public key's fingerprint. */
export type Signature = { readonly key: string; readonly value: string };

/** A private key in use: it signs, and tells whose name it is. Held only while a person decides. */
export type Signer = { readonly publicKey: string; sign(statement: Statement): Signature };

/** An Ed25519 private key from 32 bytes: the fixed beginning of its PKCS #8 form (RFC 8410, section 7) and the bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function signerOf(seed: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x ?? '';
  return {
    publicKey,
    sign: (statement) => ({
      key: fingerprint(publicKey),
      value: signBytes(null, Buffer.from(canonical(statement)), key).toString('base64url'),
    }),
  };
}

/** `publicKey`: the 32 bytes, base64url (the `x` of RFC 8037). Whatever isn't one signs nothing. */
export function isSignedBy(publicKey: string, statement: Statement, value: string): boolean {
  const key = publicKeyOf(publicKey);
  return (
    key !== undefined && verifyBytes(null, Buffer.from(canonical(statement)), key, Buffer.from(value, 'base64url'))
  );
}

export const isPublicKey = (text: string): boolean => publicKeyOf(text) !== undefined;

function publicKeyOf(x: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

export const fingerprint = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);
