/**
 * The MCP channel: protocol messages in, calls to the engine out, its answers rendered for a client. One definition of
 * tools, prompts and resources serves both protocol eras (2025-11-25 and before by `initialize`, 2026-07-28 by
 * `server/discover`), over stdio or over HTTP on loopback. The only folder that knows the MCP SDK.
 *
 * Starting takes no lock, port or network call and loads no engine: clients start probe copies that only list.
 */
export type { ChannelOptions } from './channel.ts';
export { createChannel } from './channel.ts';
export type { HttpOptions } from './http.ts';
export { createServer } from './server.ts';
export const serveHttp: typeof import('./http.ts').serveHttp = async (options) =>
  (await import('./http.ts')).serveHttp(options);
export { serveStdio, surviveAccidents } from './stdio.ts';
