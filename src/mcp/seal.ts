import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRequestStateCodec, type RequestStateCodec, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { userOf } from './client.ts';

/**
 * What travels through the client while a person decides. The client may read it but not change it: it is signed with a
 * key that all servers of one ledger share, so that the answer may come back to another process than the one that asked.
 */
export const SEALED = z.object({
  kind: z.literal('approval'),
  tool: z.string(),
  deployment: z.string(),
  digest: z.string(),
  /** What was shown: the decision counts for that. */
  review: z.string(),
  nonce: z.string(),
  /** A page was offered, and no form: the answer decides nothing by itself. */
  link: z.string().optional(),
});
export type Sealed = z.infer<typeof SEALED>;

export type Seal = {
  close(question: Omit<Sealed, 'kind' | 'nonce'>, ctx: ServerContext): Promise<string>;
  /** Throws when the state is forged, changed, expired or minted for another method. */
  open(state: string, ctx: ServerContext): Promise<unknown>;
};

/** A question goes to whoever was asked: an answer with somebody else's token is none. */
function askedBy(ctx: ServerContext): string {
  const user = userOf(ctx);
  return user === undefined ? '' : JSON.stringify([user.issuer, user.subject]);
}

/** A person may think for as long; the plan's digest and the nonce bind the state more tightly than time does. */
const VALID_SECONDS = 8 * 60 * 60;

const KEY_FILE = 'request-state.key';
const KEY_BYTES = 32;

export function createSeal(home: () => Promise<string>): Seal {
  let made: Promise<RequestStateCodec> | undefined;
  const codec = (): Promise<RequestStateCodec> => {
    made ??= home()
      .then(sharedKey)
      .then((key) =>
        createRequestStateCodec({
          key,
          ttlSeconds: VALID_SECONDS,
          bind: (ctx) => `${ctx.mcpReq.method}${askedBy(ctx)}`,
        }),
      )
      .catch((error: unknown) => {
        made = undefined;
        throw error;
      });
    return made;
  };
  return {
    close: async (question, ctx) =>
      (await codec()).mint({ kind: 'approval', ...question, nonce: randomUUID() } satisfies Sealed, ctx),
    open: async (state, ctx) => (await codec()).verify(state, ctx),
  };
}

/** The key in the data folder, for its owner alone; made by whichever server needs it first. */
export async function sharedKey(home: string): Promise<Uint8Array> {
  const file = join(home, KEY_FILE);
  const there = await readKey(file);
  if (there !== undefined) return there;
  await mkdir(home, { recursive: true, mode: 0o700 });
  // Written aside and linked into place: link(2) fails when the name is taken, so that two servers never keep two keys,
  // and no reader ever sees half of one.
  const aside = `${file}.${randomUUID()}`;
  try {
    await writeFile(aside, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
    await link(aside, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(aside, { force: true });
  }
  const made = await readKey(file);
  if (made === undefined) throw new Error(`the key ${file} could not be made`);
  return made;
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  try {
    const key = await readFile(file);
    if (key.length < KEY_BYTES) throw new Error(`the key ${file} is too short; remove it and ask again`);
    return key;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
