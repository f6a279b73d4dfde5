import { randomBytes, scrypt as scryptCallback } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Ledger } from './ledger.ts';
import { isPublicKey, type Signer, signerOf } from './signature.ts';

/**
 * The operator's key: a signing key that only the passphrase makes. Kept are its public half and the salt, so the record
 * can be checked by anyone and signed by nobody but whoever knows the passphrase.
 */
const scrypt = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scryptCallback,
);

/** OWASP's first recommendation for scrypt: N=2^17, r=8, p=1 (128 MiB). */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const SEED_BYTES = 32;
const ATTEMPTS = 5;
const WITHIN_MS = 15 * 60_000;
export const PASSPHRASE_MIN = 12;

const publicKey = z.string().refine(isPublicKey, 'not an Ed25519 public key');
const stored = z.object({
  salt: z.string(),
  public_key: publicKey,
  created_at: z.string(),
  /** Keys that were replaced: what they signed stays signed. */
  former: z.array(publicKey).default([]),
});
export type OperatorKey = z.infer<typeof stored>;

const path = (home: string) => join(home, 'operator.json');

export async function readKey(home: string): Promise<OperatorKey | undefined> {
  const text = await readIfThere(path(home));
  if (text === undefined) return undefined;
  try {
    return stored.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const why = issue === undefined ? 'it is not JSON' : `${issue.path.join('.') || 'top level'}: ${issue.message}`;
    throw new Error(`${path(home)} is not an operator key: ${why}`);
  }
}

export async function writeKey(home: string, passphrase: string, now: Date, old?: OperatorKey): Promise<OperatorKey> {
  const salt = randomBytes(16).toString('hex');
  const { publicKey: made } = await signerFrom(passphrase, salt);
  const former = old === undefined ? [] : [...old.former, old.public_key];
  const key: OperatorKey = { salt, public_key: made, created_at: now.toISOString(), former };
  await mkdir(home, { recursive: true, mode: 0o700 });
  const fresh = `${path(home)}.${process.pid}`;
  await writeFile(fresh, JSON.stringify(key), { mode: 0o600 });
  await rename(fresh, path(home));
  return key;
}

const signerFrom = async (passphrase: string, salt: string): Promise<Signer> =>
  signerOf(await scrypt(passphrase, Buffer.from(salt, 'hex'), SEED_BYTES, COST));

/** The signer that the passphrase makes. Five wrong ones within 15 minutes lock it for as long, in every process. */
export async function unlock(
  ledger: Ledger,
  key: OperatorKey,
  passphrase: string,
  now: Date,
): Promise<Signer | 'wrong' | 'locked'> {
  const attempts = ledger.attempts('operator');
  const since = new Date(now.getTime() - WITHIN_MS).toISOString();
  if ((await attempts.count(since)) >= ATTEMPTS) return 'locked';
  const signer = await signerFrom(passphrase, key.salt);
  if (signer.publicKey === key.public_key) return signer;
  await attempts.record(now.toISOString());
  return 'wrong';
}

/** Where a machine's administrator names the keys that count: out of reach of whoever can write the data folder. */
export const PINNED_KEYS = '/etc/infragate/operator-keys';

/**
 * The public keys whose signatures count: the pinned ones where there are any (one a line, `#` begins a remark), else
 * those of the data folder.
 */
export async function trustedKeys(home: string, pinned: string = PINNED_KEYS): Promise<readonly string[]> {
  const lines = ((await readIfThere(pinned)) ?? '').split('\n').map((line) => line.replace(/#.*/, '').trim());
  const keys = lines.filter((line) => line !== '');
  if (keys.length > 0) return keys;
  const own = await readKey(home);
  return own === undefined ? [] : [own.public_key, ...own.former];
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
