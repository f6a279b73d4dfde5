import { parentPort } from 'node:worker_threads';
import type { Reply, Request } from './index.ts';

/** The thread's side: answers each request with what the call of that name returns. */
export function serve(calls: Readonly<Record<string, (argument: never) => unknown>>): void {
  const port = parentPort;
  if (port === null) return;
  port.on('message', async ({ call, argument }: Request) => {
    let reply: Reply;
    try {
      const run: ((argument: never) => unknown) | undefined = calls[call];
      if (run === undefined) throw new Error(`the reader has no call ${call}`);
      // The requester and the calls are one module pair; what crosses is structured-cloned data.
      reply = { ok: true, value: await Reflect.apply(run, undefined, [argument]) };
    } catch (error) {
      const known = error instanceof Error ? error : new Error(String(error));
      reply = { ok: false, name: known.name, message: known.message };
    }
    port.postMessage(reply);
  });
}
