import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as plain, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * A real HTTP proxy on loopback before the real API server, that can answer in its place, hang, or cut the line: what a
 * cluster does on a bad day. Plain HTTP in front, the server's own TLS behind.
 */
export type Fault =
  | { readonly answer: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'reset'
  | 'hang'
  /** Forwarded and carried out; whoever asked never hears of it. */
  | 'swallow'
  /** Forwarded, with these request headers changed. */
  | { readonly rewrite: Record<string, string> };

export type Rule = (request: { method: string; url: string; headers: IncomingMessage['headers'] }) => Fault | undefined;

export type FaultProxy = {
  readonly kubeconfig: string;
  readonly requests: string[];
  rule: Rule;
  /** Cuts every connection that is open now. */
  cut(): void;
  close(): Promise<void>;
};

export async function faultProxy(original: string): Promise<FaultProxy> {
  const config = parse(readFileSync(original, 'utf8'));
  const upstream = new URL(config.clusters[0].cluster.server);
  const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64');
  const folder = await mkdtemp(join(tmpdir(), 'fault-proxy-'));
  const open = new Set<IncomingMessage['socket']>();

  const server = createServer((incoming, outgoing) => {
    const asked = { method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers };
    proxy.requests.push(`${asked.method} ${asked.url}`);
    const fault = proxy.rule(asked);
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault === 'hang') return undefined;
    if (fault === 'swallow') return forward(incoming, outgoing, {}, true);
    if (fault !== undefined && 'answer' in fault) {
      incoming.resume();
      outgoing.writeHead(fault.answer, { 'content-type': 'application/json', ...fault.headers });
      outgoing.end(fault.body ?? '');
      return undefined;
    }
    return forward(incoming, outgoing, fault?.rewrite ?? {});
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });

  function forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    rewrite: Record<string, string>,
    swallow = false,
  ) {
    const options = { method: incoming.method, headers: { ...incoming.headers, ...rewrite, host: upstream.host } };
    const onward = (upstream.protocol === 'https:' ? request : plain)(
      new URL(incoming.url ?? '/', upstream),
      { ...options, ca },
      (answer) => {
        if (swallow) return void answer.resume();
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.flushHeaders();
        answer.on('error', () => outgoing.destroy());
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = (address as AddressInfo).port;
  config.clusters[0].cluster = { server: `http://127.0.0.1:${port}` };
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });

  const proxy: FaultProxy = {
    kubeconfig,
    requests: [],
    rule: () => undefined,
    cut: () => {
      for (const socket of open) socket.destroy();
    },
    async close() {
      proxy.cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return proxy;
}
