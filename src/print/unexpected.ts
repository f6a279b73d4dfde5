import { visible } from '../workflow/visible.ts';
import { printError } from './index.ts';

/**
 * What is said of a call that ended in an error nobody expected: a bug, or files that an upgrade took away.
 * The stack goes to stderr; the text is one line for the client, and no verdict follows from it.
 */
export function unexpected(tool: string, error: unknown): string {
  printError(`infragate: ${tool} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const message = visible((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
  return isReplaced(error)
    ? `INTERNAL: infragate's files were replaced after this server started (an upgrade or a build), so ${tool} could not be loaded. Nothing was done and the record is kept: restart the server (in Claude Code: /mcp, then reconnect) and repeat the call. ${message}`
    : `INTERNAL: ${tool} failed inside infragate: ${message}. Nothing was concluded from it; this is a bug worth reporting. The server goes on: deployment-status says where things stand.`;
}

/** A part is loaded when it is first used; one that is no longer there belongs to an installation that was replaced. */
const isReplaced = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
