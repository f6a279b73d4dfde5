import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import ipaddr from 'ipaddr.js';
import { printError } from '../print/index.ts';
import { type Channel, type ChannelOptions, createChannel } from './channel.ts';
import { createServer } from './server.ts';
import type { Access } from './user.ts';

const PATH = '/mcp';
const METHODS = ['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD'] as const;
const REQUEST_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 20_000;
const MAX_CONNECTIONS = 500;

export type HttpServing = {
  /** Where clients connect, e.g. http://127.0.0.1:40123/mcp */
  readonly url: string;
  close(): Promise<void>;
};

export type HttpOptions = ChannelOptions & {
  /** 0 or left out: a free one. */
  readonly port?: number;
  /** Left out: 127.0.0.1. Any other than loopback needs `shared`. */
  readonly host?: string;
  /** Callers show who they are by tokens of an identity provider; `origin` is how they reach this server. */
  readonly shared?: { readonly access: Access; readonly origin: URL };
};

/**
 * Serves MCP over HTTP. By itself on loopback, where it asks nobody who they are: every user of this machine can call it.
 * A web page can reach loopback too, so the Host must be a local name (against DNS rebinding) and an Origin, where there
 * is one, local as well. Shared, it is an OAuth 2.1 resource server under its own name: no call without a valid token.
 */
export async function serveHttp(options: HttpOptions): Promise<HttpServing> {
  const { shared, host = '127.0.0.1' } = options;
  if (shared === undefined && !isLoopback(host))
    throw new Error(
      `${host} is not loopback: beyond this machine callers must show who they are (access in policy.yaml)`,
    );
  const gatekeeper =
    shared === undefined
      ? undefined
      : await (await import('./access.ts')).openGatekeeper(shared.access, new URL(PATH, shared.origin));
  const hostnames = shared === undefined ? localhostAllowedHostnames() : [shared.origin.hostname];
  const origins = shared === undefined ? localhostAllowedOrigins() : [shared.origin.hostname];
  const channel = createChannel(options);
  const handler = createMcpHandler(() => createServer(channel), { onerror: report });

  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const probe = await health(pathname, channel);
    if (probe !== undefined) return probe;
    const refused = hostHeaderValidationResponse(request, hostnames) ?? originValidationResponse(request, origins);
    if (refused !== undefined) return refused;
    const document = gatekeeper?.metadata(request);
    if (document !== undefined) return document;
    if (pathname !== PATH) return new Response(`MCP is served at ${PATH}`, { status: 404 });
    if (gatekeeper === undefined) return handler.fetch(request);
    const caller = await gatekeeper.admit(request);
    return caller instanceof Response ? caller : handler.fetch(request, { authInfo: caller });
  };

  const server = createHttpServer((req, res) => {
    const wrong = unanswerable(req);
    if (wrong !== undefined) {
      res
        .writeHead(wrong, wrong === 405 ? { allow: METHODS.join(', '), connection: 'close' } : { connection: 'close' })
        .end();
      return;
    }
    exchange(req, res, answer).catch((error: unknown) => {
      report(error instanceof Error ? error : new Error(String(error)));
      if (!res.headersSent) res.writeHead(500).end();
      else res.destroy();
    });
  });
  // A body or a header that comes a byte a minute holds its connection only so long.
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.maxHeadersCount = 100;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: new URL(PATH, shared?.origin ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`).href,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
      await channel.close();
    },
  };
}

/** For the cluster that runs this server: alive, and able to reach its ledger. They say nothing else, so they ask nobody. */
async function health(pathname: string, channel: Channel): Promise<Response | undefined> {
  if (pathname === '/healthz') return new Response('ok\n');
  if (pathname !== '/readyz') return undefined;
  try {
    await (await (await channel.engine()).ledger()).identity();
    return new Response('ok\n');
  } catch (error) {
    report(error instanceof Error ? error : new Error(String(error)));
    return new Response('the ledger can not be reached\n', { status: 503 });
  }
}

/** What a web-standard Request can't be made of (TRACE, CONNECT, a target that is no path): the status to answer with. */
function unanswerable({ method, url = '/' }: IncomingMessage): 400 | 405 | undefined {
  if (!METHODS.some((known) => known === method)) return 405;
  if (!url.startsWith('/') || url.startsWith('//') || !URL.canParse(url, 'http://127.0.0.1')) return 400;
  return undefined;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');

/** node:http on one side, web-standard Request and Response (what the SDK speaks) on the other. */
async function exchange(
  req: IncomingMessage,
  res: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const response = await answer(toRequest(req, gone.signal));
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    res.end();
    return;
  }
  // The two declarations of ReadableStream, Node's and the web's, are one class at run time.
  const body = Readable.fromWeb(response.body as ReadableStream);
  await pipeline(body, res).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error; // a client that hangs up is none of our errors
  });
}

function toRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(req.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = req.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  // The request's own Host header is what gets validated; the URL only needs to be well-formed.
  return new Request(new URL(req.url ?? '/', 'http://127.0.0.1'), {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(req), duplex: 'half' } : {}),
  });
}

function report(error: Error): void {
  printError(`infragate: ${error.message}`);
}
