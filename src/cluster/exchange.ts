import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  Agent as PlainAgent,
} from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fromError } from './failure.ts';
import type { Frozen } from './frozen.ts';
import type { Credentials } from './login.ts';
import { failed, ok, problem, type Result } from './result.ts';

/** One HTTP exchange with the API server: no retries, no meaning. */

export type Ask = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the server's address. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** For the whole exchange; for a stream, until its headers. */
  readonly timeoutMs: number;
  /** Cut the body here instead of calling it too large. */
  readonly cutAt?: number;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly cut: boolean;
};

export type Wire = {
  exchange(ask: Ask, credentials: Credentials): Promise<Result<Answer>>;
  /** Answers once the headers are there; the body goes on until it ends, the signal fires or it breaks (and throws). */
  stream(ask: Ask, credentials: Credentials): Promise<Result<{ status: number; message: IncomingMessage }>>;
  /** Somebody else's request, to be written to and read from by the caller; our credentials win over its headers. */
  open(request: Forwarded, credentials: Credentials): ClientRequest;
  close(): void;
};

export type Forwarded = { readonly method: string; readonly path: string; readonly headers: OutgoingHttpHeaders };

const LARGEST = 256 * 1024 * 1024;

export function wire(frozen: Frozen, env: Readonly<Record<string, string | undefined>>): Wire {
  const base = new URL(frozen.server);
  const prefix = base.pathname.replace(/\/$/, '');
  const secure = base.protocol === 'https:';
  const agentOptions = { keepAlive: true, timeout: 60_000, ...proxyFromEnvironment(base, env) };
  const agent = secure ? new TlsAgent({ ...agentOptions, maxSockets: 32 }) : new PlainAgent(agentOptions);
  // Watches hold their connection for minutes: they must not take the others' places.
  const streams = secure ? new TlsAgent({ ...agentOptions, keepAlive: false }) : new PlainAgent(agentOptions);

  const destination = ({ method, path }: { method: string; path: string }, credentials: Credentials) => ({
    ...credentials.tls,
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port === '' ? (secure ? 443 : 80) : base.port,
    path: `${prefix}${path}`,
    method,
  });

  const send = (ask: Ask, credentials: Credentials, signal: AbortSignal, pool: PlainAgent) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)({
        ...destination(ask, credentials),
        agent: credentials.agent ?? pool,
        signal,
        headers: {
          'user-agent': 'infragate',
          accept: ask.accept ?? 'application/json',
          ...credentials.headers,
          ...(ask.body === undefined
            ? {}
            : { 'content-type': ask.contentType ?? 'application/json', 'content-length': Buffer.byteLength(ask.body) }),
          ...(ask.method === 'GET' ? { 'accept-encoding': 'gzip' } : {}),
        },
      });
      request.on('response', resolve);
      request.on('error', reject);
      request.end(ask.body);
    });

  return {
    async exchange(ask, credentials) {
      const clock = limits(ask);
      try {
        const message = await send(ask, credentials, clock.signal, agent);
        const read = await readBody(message, ask.cutAt);
        if (read === undefined) return problem('TooLarge', `the answer to ${ask.method} ${ask.path} is too large`);
        return ok({ status: message.statusCode ?? 0, headers: message.headers, ...read });
      } catch (error) {
        return failed(fromError(error, frozen.server, clock.ended()));
      } finally {
        clock.stop();
      }
    },
    async stream(ask, credentials) {
      const clock = limits(ask);
      try {
        const message = await send(ask, credentials, clock.signal, streams);
        message.socket.setKeepAlive(true, 15_000);
        clock.unlimited();
        message.once('close', clock.stop);
        return ok({ status: message.statusCode ?? 0, message });
      } catch (error) {
        clock.stop();
        return failed(fromError(error, frozen.server, clock.ended()));
      }
    },
    open: (request, credentials) =>
      (secure ? httpsRequest : httpRequest)({
        ...destination(request, credentials),
        agent: credentials.agent ?? streams,
        headers: { ...request.headers, ...credentials.headers },
      }),
    close() {
      agent.destroy();
      streams.destroy();
    },
  };
}

/** Ends an exchange at its time limit or by the caller's signal, and knows which it was. */
function limits(ask: Ask) {
  const end = new AbortController();
  let ended: 'cancelled' | 'timeout' | undefined;
  const cancel = () => {
    ended ??= 'cancelled';
    end.abort();
  };
  const timer = setTimeout(() => {
    ended ??= 'timeout';
    end.abort();
  }, ask.timeoutMs);
  if (ask.signal?.aborted) cancel();
  else ask.signal?.addEventListener('abort', cancel, { once: true });
  return {
    signal: end.signal,
    ended: () => ended,
    unlimited: () => clearTimeout(timer),
    stop: () => {
      clearTimeout(timer);
      ask.signal?.removeEventListener('abort', cancel);
    },
  };
}

/** The body as text; undefined when it is larger than we take. */
async function readBody(message: IncomingMessage, cutAt?: number): Promise<{ body: string; cut: boolean } | undefined> {
  const plain: Readable = message.headers['content-encoding'] === 'gzip' ? unzipped(message) : message;
  const most = cutAt ?? LARGEST;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of plain) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > most) {
      message.destroy();
      if (cutAt === undefined) return undefined;
      chunks.push(bytes.subarray(0, bytes.length - (size - most)));
      return { body: Buffer.concat(chunks).toString('utf8'), cut: true };
    }
    chunks.push(bytes);
  }
  return { body: Buffer.concat(chunks).toString('utf8'), cut: false };
}

/** A connection that breaks halfway breaks the unzipped text, too. */
function unzipped(message: IncomingMessage): Readable {
  const gunzip = createGunzip();
  pipeline(message, gunzip, () => {});
  return gunzip;
}

/** HTTPS_PROXY and NO_PROXY, as kubectl takes them: never for loopback. Node before 24.5 ignores it. */
function proxyFromEnvironment(base: URL, env: Readonly<Record<string, string | undefined>>) {
  const host = base.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return {};
  const proxyEnv: Record<string, string> = {};
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']) {
    const value = env[name];
    if (value) proxyEnv[name] = value;
  }
  return Object.keys(proxyEnv).length === 0 ? {} : { proxyEnv };
}
