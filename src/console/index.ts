import { serve } from '@hono/node-server';
import type { Engine } from '../engine/index.ts';
import { createApp } from './app.ts';
import { siteOf } from './guard.ts';

/**
 * The console: pages for people over HTTP, on loopback unless it is said otherwise. In: an engine. Out: the board, each
 * deployment, its review, and decisions with passkeys (approvers/). Nothing is loaded from anywhere else, every text is
 * inert (element.ts), and nothing is decided by opening a page.
 */
export type ConsoleOptions = {
  readonly engine: Engine;
  readonly host?: string;
  readonly port?: number;
  /** What browsers see, where something stands before this server (`https://console.example.org`). */
  readonly origin?: string;
  /** It doesn't keep the process alive by itself. */
  readonly background?: boolean;
};

export type Console = { readonly origin: string; close(): Promise<void> };

export async function startConsole({
  engine,
  host = '127.0.0.1',
  port = 0,
  origin,
  background,
}: ConsoleOptions): Promise<Console> {
  let app: ReturnType<typeof createApp> | undefined;
  const server = serve({
    fetch: (request) => app?.fetch(request) ?? new Response(null, { status: 503 }),
    hostname: host,
    port,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  if (background === true) server.unref();
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  // Browsers bind passkeys to host names, so loopback is `localhost` and not 127.0.0.1.
  const site = siteOf(origin ?? `http://localhost:${taken}`);
  const ending = new AbortController();
  app = createApp(engine, site, ending.signal);
  return {
    origin: site.origin,
    close: () =>
      new Promise((resolve) => {
        ending.abort();
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
