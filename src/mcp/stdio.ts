import { Console } from 'node:console';
import { StdioServerTransport, serveStdio as serve } from '@modelcontextprotocol/server/stdio';
import { printError } from '../print/index.ts';
import { type ChannelOptions, createChannel } from './channel.ts';
import type { Front } from './front.ts';
import { createServer } from './server.ts';

/** How long running tools may take to clean up when the client has gone. The next process cleans up the rest. */
const CLOSE_MS = 10_000;

/**
 * Serves one client over stdin and stdout until it goes. stdout carries the protocol only: whatever a library prints
 * goes to stderr. With a front, which has answered what a client asks first.
 */
export function serveStdio(options: ChannelOptions, front?: Front): void {
  globalThis.console = new Console(process.stderr, process.stderr);
  const channel = createChannel(options);
  const transport = new StdioServerTransport(front?.stdin ?? process.stdin);
  if (front !== undefined) {
    const send = transport.send.bind(transport);
    transport.send = async (message) => {
      if (!('method' in message) && front.isAnswered(message.id)) return;
      await send(message);
    };
    front.close();
  }
  const handle = serve(() => createServer(channel), { transport, onerror: report });

  let ending = false;
  const end = (code: number) => {
    if (ending) return;
    ending = true;
    // A run that was cut off cleans up after itself, but not for ever: the client waits for this process to end.
    setTimeout(() => process.exit(code), CLOSE_MS).unref();
    void Promise.allSettled([handle.close(), channel.close()]).then(() => process.exit(code));
  };
  // The transport closes when either pipe does, and when a message is larger than it takes; a server that can hear
  // nobody must not linger.
  const { onclose } = transport;
  transport.onclose = () => {
    onclose?.();
    end(0);
  };
  process.stdout.on('error', () => end(0));
  process.stderr.on('error', () => undefined); // nobody reads our complaints; that is no reason to end
  process.once('SIGTERM', () => end(0));
  process.once('SIGINT', () => end(130));
  surviveAccidents();
}

/**
 * A connection that breaks where nobody listens must not take the server down with it: what is recorded is on the disk
 * already, and a call in flight has its own answer. The accident is told on stderr.
 */
export function surviveAccidents(): void {
  process.on('unhandledRejection', (reason) => report(reason instanceof Error ? reason : new Error(String(reason))));
  process.on('uncaughtException', report);
}

function report(error: Error): void {
  printError(`infragate: ${error.stack ?? error.message}`);
}
