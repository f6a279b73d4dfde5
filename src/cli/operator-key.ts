import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Ledger } from '../state/index.ts';

const scrypt = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scryptCallback,
);

/** OWASP's first recommendation for scrypt: N=2^17, r=8, p=1 (128 MiB). */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const KEY_BYTES = 32;
const ATTEMPTS = 5;
const WITHIN_MS = 15 * 60_000;
export const PASSPHRASE_MIN = 12;

const stored = z.object({ salt: z.string(), hash: z.string(), created_at: z.string() });
export type OperatorKey = z.infer<typeof stored>;

const path = (home: string) => join(home, 'operator.json');

export async function readKey(home: string): Promise<OperatorKey | undefined> {
  try {
    return stored.parse(JSON.parse(await readFile(path(home), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${path(home)} is not an operator key: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export async function writeKey(home: string, passphrase: string, now: Date): Promise<void> {
  const salt = randomBytes(16);
  const hash = await scrypt(passphrase, salt, KEY_BYTES, COST);
  const key: OperatorKey = { salt: salt.toString('hex'), hash: hash.toString('hex'), created_at: now.toISOString() };
  await mkdir(home, { recursive: true, mode: 0o700 });
  const fresh = `${path(home)}.${process.pid}`;
  await writeFile(fresh, JSON.stringify(key), { mode: 0o600 });
  await rename(fresh, path(home));
}

export type Checked = 'right' | 'wrong' | 'locked';

/** Five wrong ones within 15 minutes lock it for as long, in every process. */
export async function checkPassphrase(
  ledger: Ledger,
  key: OperatorKey,
  passphrase: string,
  now: Date,
): Promise<Checked> {
  const attempts = ledger.attempts('operator');
  const since = new Date(now.getTime() - WITHIN_MS).toISOString();
  if ((await attempts.count(since)) >= ATTEMPTS) return 'locked';
  const hash = await scrypt(passphrase, Buffer.from(key.salt, 'hex'), KEY_BYTES, COST);
  if (timingSafeEqual(hash, Buffer.from(key.hash, 'hex'))) return 'right';
  await attempts.record(now.toISOString());
  return 'wrong';
}
