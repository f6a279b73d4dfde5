import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOYMENT } from '../../protocol/support/at-gate-p.ts';
import type { Desk } from './desk.ts';

/** What a program sends to the console in a person's place: genuine answers of Chromium's passkey, changed or not. */

export type Asked = { readonly ticket: string; readonly options: { readonly challenge: string } };
export type Response = {
  id: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string };
};
export type Sent = { readonly status: number; readonly why: string };

const json = (origin: string) => ({ origin, 'content-type': 'application/json' });

/** fetch refuses to set Host and Origin as it likes; a cheat doesn't. */
export async function post(
  d: Desk,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Sent & { value: unknown }> {
  const { request } = await import('node:http');
  const url = new URL(path, d.console.origin);
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        host: '127.0.0.1',
        port: url.port,
        path: url.pathname,
        method: 'POST',
        headers: { host: url.host, ...json(url.origin), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () => {
          const value: unknown = text.startsWith('{') ? JSON.parse(text) : text;
          resolve({ status: answer.statusCode ?? 0, why: String(Object(value).why ?? ''), value });
        });
      },
    );
    sending.once('error', reject);
    sending.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** Opens the review, as the person does, and answers what its form holds. */
export async function shown(d: Desk): Promise<{ digest: string; review: string }> {
  const asked = await d.engine.perform({
    tool: 'request-approval',
    input: { deployment: DEPLOYMENT, ask_again: true },
    actor: { kind: 'agent', client: 'cheat' },
  });
  if (asked.question === undefined) throw new Error(asked.text);
  return { digest: asked.question.digest, review: asked.question.review };
}

export async function ask(d: Desk, more: Record<string, unknown> = {}, deployment = DEPLOYMENT): Promise<Asked> {
  const body = { act: 'decide', choice: 'approve', remark: 'as the test says', ...(await shown(d)), ...more };
  const { status, why, value } = await post(d, `/d/${deployment}/request`, body);
  if (status !== 200) throw new Error(why);
  return value as Asked;
}

export const waiveRequest = (d: Desk) =>
  post(d, `/d/${DEPLOYMENT}/request`, { act: 'waive', check: 'apis-verified', because: 'in a hurry', days: 3 }).then(
    ({ value }) => value as Asked,
  );

/** The person's device answers: what a page of this console gets from navigator.credentials.get. */
export async function answerOf(d: Desk, { options }: Asked): Promise<Response> {
  const { page } = d.tab;
  if (!page.url().startsWith(d.console.origin)) await page.goto(d.console.origin);
  return page.evaluate(async (optionsJSON) => {
    const { startAuthentication } = Object(globalThis).SimpleWebAuthnBrowser;
    return startAuthentication({ optionsJSON });
  }, options);
}

export const send = (d: Desk, ticket: string, response: unknown, deployment = DEPLOYMENT): Promise<Sent> =>
  post(d, `/d/${deployment}/answer`, { ticket, response });

/** Client data with some of it changed; the signature no longer fits, and nobody can make one that does. */
export function withClientData(given: Response, change: Record<string, unknown>): Response {
  const client = JSON.parse(Buffer.from(given.response.clientDataJSON, 'base64url').toString('utf8'));
  const clientDataJSON = Buffer.from(JSON.stringify({ ...client, ...change })).toString('base64url');
  return { ...given, response: { ...given.response, clientDataJSON } };
}

export function flipped(
  given: Response,
  field: 'authenticatorData' | 'signature',
  index: number,
  bits: number,
): Response {
  const bytes = Buffer.from(given.response[field], 'base64url');
  bytes[index] = (bytes[index] ?? 0) ^ bits;
  return { ...given, response: { ...given.response, [field]: bytes.toString('base64url') } };
}

/** A key without a person: software that answers as a device would, with a counter and flags of its choice. */
export type Forger = { readonly key: KeyObject; readonly spki: string };
export function forger(): Forger {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: privateKey, spki: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url') };
}

const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export function forged(
  { key }: Forger,
  id: string,
  origin: string,
  { options }: Asked,
  more: { rpId?: string; counter?: number; flags?: number } = {},
): Response {
  const { rpId = 'localhost', counter = 0, flags = 0x05 } = more;
  const client = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge: options.challenge, origin }));
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  const data = Buffer.concat([sha256(rpId), Buffer.from([flags]), count]);
  return {
    id,
    response: {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', Buffer.concat([data, sha256(client)]), key).toString('base64url'),
    },
  };
}

/** The lines of the data folder's approvers, changed. */
export function editKeys(home: string, change: (key: Record<string, unknown>) => Record<string, unknown>): () => void {
  const file = join(home, 'approvers');
  const before = readFileSync(file, 'utf8');
  const lines = before
    .trim()
    .split('\n')
    .map((line) => JSON.stringify(change(JSON.parse(line))));
  writeFileSync(file, `${lines.join('\n')}\n`);
  return () => writeFileSync(file, before);
}
