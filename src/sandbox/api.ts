// The few requests the sandbox makes to its own API server.

import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export type Api = { server: string; authority: string; token: string; agent: Agent };
export type Answer = { status: number; body: string };

export function connect(server: string, authority: string, token: string): Api {
  return { server, authority, token, agent: new Agent({ keepAlive: true, ca: authority }) };
}

type Options = { method?: string; body?: unknown; type?: string; timeoutMs?: number };

/** Rejects only when there is no answer at all. */
export function call(api: Api, path: string, options: Options = {}): Promise<Answer> {
  const text = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((done, failed) => {
    const sent = request(
      new URL(path, api.server),
      {
        agent: api.agent,
        method: options.method ?? 'GET',
        timeout: options.timeoutMs ?? 10_000,
        headers: {
          authorization: `Bearer ${api.token}`,
          accept: 'application/json',
          ...(text === undefined
            ? {}
            : { 'content-type': options.type ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => done({ status: response.statusCode ?? 0, body }));
        response.on('error', failed);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${api.server}${path} in time`)));
    sent.on('error', failed);
    sent.end(text);
  });
}

/** Creates or changes an object as its fields say. Throws with the server's own words when it will not have it. */
export async function apply(api: Api, path: string, object: unknown): Promise<void> {
  const answer = await call(api, `${path}?fieldManager=infragate-sandbox&force=true`, {
    method: 'PATCH',
    type: 'application/apply-patch+yaml',
    body: object,
    timeoutMs: 30_000,
  });
  if (answer.status >= 300) throw new Error(`applying ${path}: ${messageOf(answer)}`);
}

export async function isReady(api: Api): Promise<boolean> {
  try {
    return (await call(api, '/readyz', { timeoutMs: 2_000 })).status === 200;
  } catch {
    return false;
  }
}

export async function get(api: Api, path: string): Promise<unknown> {
  const answer = await call(api, path);
  if (answer.status !== 200) return undefined;
  return JSON.parse(answer.body);
}

/** True as soon as the question is answered with yes; false when the time is up. */
export async function until(yes: () => Promise<boolean>, withinMs: number, everyMs = 100): Promise<boolean> {
  const end = Date.now() + withinMs;
  do {
    if (await yes().catch(() => false)) return true;
    await sleep(everyMs);
  } while (Date.now() < end);
  return false;
}

export function messageOf(answer: Answer): string {
  try {
    const status: unknown = JSON.parse(answer.body);
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message);
  } catch {
    // Not a Status object: the text itself says it.
  }
  return `${answer.status} ${answer.body.slice(0, 300)}`;
}
