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
import { printError } from '../print/index.ts';
import { type ChannelOptions, createChannel } from './channel.ts';
import { createServer } from './server.ts';

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

/**
 * Serves MCP over HTTP on the loopback interface only. A web page can reach loopback too, so the Host must be a local
 * name (against DNS rebinding) and an Origin, where there is one, local as well. It asks nobody who they are: every
 * user of this machine can call it.
 */
export async function serveHttp(options: ChannelOptions & { readonly port?: number }): Promise<HttpServing> {
  const channel = createChannel(options);
  const handler = createMcpHandler(() => createServer(channel), { onerror: report });

  const answer = async (request: Request): Promise<Response> => {
    const refused =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins());
    if (refused !== undefined) return refused;
    if (new URL(request.url).pathname !== PATH) return new Response(`MCP is served at ${PATH}`, { status: 404 });
    return handler.fetch(request);
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
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
      await channel.close();
    },
  };
}

/** What a web-standard Request can't be made of (TRACE, CONNECT, a target that is no path): the status to answer with. */
function unanswerable({ method, url = '/' }: IncomingMessage): 400 | 405 | undefined {
  if (!METHODS.some((known) => known === method)) return 405;
  if (!url.startsWith('/') || url.startsWith('//') || !URL.canParse(url, 'http://127.0.0.1')) return 400;
  return undefined;
}

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
