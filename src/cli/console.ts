// infragate console

import { Command, InvalidArgumentError } from 'commander';
import { print } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { withEngine } from './person.ts';
import { signalled } from './signalled.ts';

type Flags = { listen: { host: string; port: number }; origin?: string };

/** The web page for people: the board, every deployment, the review of a plan, and decisions with passkeys. */
export function consoleCommand(): Command {
  return new Command('console')
    .description('a web page for people: the board, the review of a plan, decisions with passkeys')
    .option('--listen <host:port>', 'where to listen; port 0 takes a free one', address, { host: '127.0.0.1', port: 0 })
    .option('--origin <url>', 'what browsers see, where a proxy stands before it (https://…)', origin)
    .action(({ listen, origin: given }: Flags) =>
      withEngine(async (engine) => {
        const { startConsole } = await import('../console/index.ts');
        const running = await startConsole({ engine, ...listen, ...(given === undefined ? {} : { origin: given }) });
        const { noteConsole } = await import('../console/beside.ts');
        const forget = await noteConsole(engine.home, running.origin);
        print(running.origin);
        await signalled();
        await forget();
        await running.close();
        return EXIT.done;
      }),
    );
}

function address(text: string): Flags['listen'] {
  const [, host, port] = /^(\[[0-9a-f:]+\]|[^:]+):(\d{1,5})$/i.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('HOST:PORT, e.g. 127.0.0.1:8443');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

export function origin(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError('a URL, e.g. https://console.example.org');
  const url = new URL(text);
  // Browsers give passkeys only to pages with TLS, and to localhost.
  if (url.protocol !== 'https:' && url.hostname !== 'localhost')
    throw new InvalidArgumentError('https://…, or http://localhost:PORT: browsers give passkeys to no other page');
  return url.origin;
}
