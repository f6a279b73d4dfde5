// infragate serve --http PORT

import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { version } from '../package.ts';
import { print, printError } from '../print/index.ts';
import { TOOLS } from '../tools/index.ts';
import { EXIT } from './exit.ts';
import { workspaceHere } from './here.ts';
import { signalled } from './signalled.ts';

type Flags = { http: number; workspace?: string };

/**
 * MCP over HTTP on loopback, until it is told to end. One process has one workspace: HTTP clients can't say theirs.
 */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve MCP over HTTP on 127.0.0.1 (on stdio: infragate without a command)')
    .requiredOption('--http <port>', 'the port; 0 takes a free one', port)
    .option('--workspace <folder>', 'the folder deployments belong to; the current one when left out')
    .action(async ({ http, workspace }: Flags) => {
      const { serveHttp, surviveAccidents } = await import('../mcp/index.ts');
      surviveAccidents();
      try {
        const serving = await serveHttp({
          version: version(),
          tools: TOOLS,
          port: http,
          workspace: resolve(workspaceHere(), workspace ?? ''),
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

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 65_536) return value;
  throw new InvalidArgumentError('a number from 0 to 65535');
}
