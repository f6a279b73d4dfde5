import { TOOLS } from '../tools/index.ts';
import { version } from './version.ts';

/** infragate without a command: MCP on stdio. stdout carries the protocol and nothing else. */
export async function serve(argv: readonly string[]): Promise<void> {
  const at = argv.indexOf('--workspace');
  const workspace = at === -1 ? undefined : argv[at + 1];
  const { serveStdio } = await import('../mcp/index.ts');
  await serveStdio({ version: version(), tools: TOOLS, ...(workspace === undefined ? {} : { workspace }) });
}
