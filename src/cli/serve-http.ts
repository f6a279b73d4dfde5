// infragate serve --http PORT

import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { HttpOptions } from '../mcp/index.ts';
import { version } from '../package.ts';
import { print, printError } from '../print/index.ts';
import { TOOLS } from '../tools/index.ts';
import { EXIT } from './exit.ts';
import { workspaceHere } from './here.ts';
import { signalled } from './signalled.ts';

type Flags = { http?: number | true; listen?: Address; origin?: URL; workspace?: string };
type Address = { readonly host: string; readonly port: number };

/**
 * MCP over HTTP until it is told to end: on loopback for this machine, or with `--origin` for whoever the identity provider
 * of policy.yaml knows. One process has one workspace: HTTP clients can't say theirs.
 */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve MCP over HTTP (on stdio: infragate without a command)')
    .option('--http [port]', 'on 127.0.0.1, at this port; 0 takes a free one', port)
    .option('--listen <host:port>', 'at this address instead; beyond loopback only with --origin', address)
    .option(
      '--origin <url>',
      "the public address: callers need a token of the identity provider in policy.yaml's access",
      origin,
    )
    .option('--workspace <folder>', 'the folder deployments belong to; the current one when left out')
    .action(async (flags: Flags) => {
      const { serveHttp, surviveAccidents } = await import('../mcp/index.ts');
      surviveAccidents();
      try {
        const serving = await serveHttp({
          version: version(),
          tools: TOOLS,
          ...(await where(flags)),
          workspace: resolve(workspaceHere(), flags.workspace ?? ''),
        });
        print(serving.url);
        await signalled();
        await serving.close();
      } catch (error) {
        printError(`infragate: ${error instanceof Error ? error.message : String(error)}`);
        process.exitCode = EXIT.lacking;
      }
    });
}

/** Where to listen, and by what rules. Throws what is missing, in a sentence. */
async function where({ http, listen, origin }: Flags): Promise<Pick<HttpOptions, 'host' | 'port' | 'shared'>> {
  if (http === undefined && listen === undefined) throw new Error('serve needs --http PORT or --listen HOST:PORT');
  const at = listen ?? { host: '127.0.0.1', port: typeof http === 'number' ? http : 0 };
  if (origin === undefined) return at;
  const [{ readPolicy }, { dataFolder }] = await Promise.all([
    import('../engine/index.ts'),
    import('../state/index.ts'),
  ]);
  const read = await readPolicy(dataFolder());
  if (!read.ok) throw new Error(read.message);
  const { access } = read.policy;
  if (access === undefined)
    throw new Error('--origin needs `access` in policy.yaml: the identity provider, and who has which role');
  return { ...at, shared: { access, origin } };
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 65_536) return value;
  throw new InvalidArgumentError('a number from 0 to 65535');
}

function address(text: string): Address {
  const [, host = '', digits = ''] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host === '') throw new InvalidArgumentError('HOST:PORT, for example 0.0.0.0:8080');
  return { host: host.replace(/^\[|\]$/g, ''), port: port(digits) };
}

function origin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
  if (
    url === undefined ||
    !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) ||
    url.pathname !== '/'
  )
    throw new InvalidArgumentError('https://HOST, without a path (http:// only for localhost)');
  return url;
}
