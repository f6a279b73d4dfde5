import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { stringify } from 'yaml';
import type { Connection } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { isDryDelete, outOfScope, type RelayScope } from './relay-scope.ts';

/**
 * What the commands of a run are given instead of the server's credential: an address on loopback that asks the API
 * server with the server's own connection, for the deployment's namespaces only, as long as the run goes on. Its token is
 * worth nothing anywhere else, and nothing here once the run has ended.
 */
export type Relay = {
  /** For a 0600 file. */
  kubeconfig(namespace: string | undefined): string;
  readonly token: string;
  close(): Promise<void>;
};

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Who asks is said by the server's connection alone. */
const OURS = /^(?:host|authorization|cookie|x-forwarded-.*|forwarded|impersonate-.*|x-remote-.*)$/;

const DRY_DELETE = (() => {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] });
  return { body, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) } };
})();

export async function openRelay(connection: Connection, from: Catalogue, scope: RelayScope): Promise<Relay> {
  const token = `infragate-run-${randomBytes(24).toString('base64url')}`;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void serve(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void upgrade(request, socket, head));
  server.on('clientError', (_error, socket) => socket.destroy());
  server.requestTimeout = 0;
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  // In the path, because Kubernetes' clients send no token without TLS.
  const prefix = `/${token}`;
  const origin = `http://127.0.0.1:${port}${prefix}`;

  const asked = (request: IncomingMessage): string => (request.url ?? '').slice(prefix.length);

  async function refused(
    request: IncomingMessage,
  ): Promise<{ status: number; reason: string; message: string } | undefined> {
    if (request.headers.host !== `127.0.0.1:${port}` || !begins(request.url ?? '', `${prefix}/`))
      return { status: 401, reason: 'Unauthorized', message: 'Unauthorized' };
    const discovery = await from.discovery();
    if (!discovery.ok) return { status: 503, reason: 'ServiceUnavailable', message: discovery.error.message };
    const why = outOfScope({ method: request.method ?? 'GET', url: asked(request) }, scope, discovery.value);
    return why === undefined
      ? undefined
      : { status: 403, reason: 'Forbidden', message: `refused by infragate: ${why}` };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const no = await refused(request);
      if (no !== undefined) return answer(response, no);
      const dry = isDryDelete({ method: request.method ?? 'GET' }, scope);
      const sent = await connection.forward({
        method: request.method ?? 'GET',
        path: asked(request),
        headers: { ...passedOn(request.headers), ...(dry ? DRY_DELETE.headers : {}) },
      });
      if (!sent.ok) return answer(response, { status: 502, reason: sent.error.reason, message: sent.error.message });
      const upstream = sent.value;
      response.once('close', () => upstream.destroy());
      upstream.once('error', () => response.destroy());
      upstream.once('response', (message) => {
        response.writeHead(message.statusCode ?? 502, withoutHops(message.headers));
        message.once('error', () => response.destroy());
        message.pipe(response);
      });
      if (dry) {
        request.resume();
        upstream.end(DRY_DELETE.body);
      } else request.pipe(upstream);
    } catch {
      response.destroy();
    }
  }

  /** exec, attach and port-forward: the connection becomes a stream both ways. */
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const no = await refused(request);
      if (no !== undefined) return void socket.end(`HTTP/1.1 ${no.status} ${no.reason}\r\nconnection: close\r\n\r\n`);
      const { upgrade: protocol = '' } = request.headers;
      const sent = await connection.forward({
        method: request.method ?? 'GET',
        path: asked(request),
        headers: { ...passedOn(request.headers), connection: 'Upgrade', upgrade: protocol },
      });
      if (!sent.ok) return void socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n');
      const upstream = sent.value;
      upstream.once('error', () => socket.destroy());
      upstream.once('response', (message) => {
        socket.write(headOf(message));
        message.pipe(socket);
      });
      upstream.once('upgrade', (message, other, rest) => {
        other.on('error', () => socket.destroy());
        socket.once('close', () => other.destroy());
        other.once('close', () => socket.destroy());
        socket.write(headOf(message));
        if (rest.length > 0) socket.write(rest);
        if (head.length > 0) other.write(head);
        other.pipe(socket);
        socket.pipe(other);
      });
      upstream.end();
    } catch {
      socket.destroy();
    }
  }

  return {
    token,
    kubeconfig: (namespace) =>
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: connection.frozen.cluster.name, cluster: { server: origin } }],
        users: [{ name: 'infragate-run', user: {} }],
        contexts: [
          {
            name: connection.frozen.context,
            context: {
              cluster: connection.frozen.cluster.name,
              user: 'infragate-run',
              ...(namespace === undefined ? {} : { namespace }),
            },
          },
        ],
        'current-context': connection.frozen.context,
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function begins(url: string, secret: string): boolean {
  const [given, right] = [Buffer.from(url.slice(0, secret.length)), Buffer.from(secret)];
  return given.length === right.length && timingSafeEqual(given, right);
}

function answer(
  response: ServerResponse,
  { status, reason, message }: { status: number; reason: string; message: string },
): void {
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code: status,
  });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

const passedOn = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !OURS.test(name)));

const withoutHops = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));

function headOf(message: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${message.statusCode} ${message.statusMessage}`];
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2)
    lines.push(`${message.rawHeaders[i]}: ${message.rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
