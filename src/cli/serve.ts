import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printError } from '../print/index.ts';
import { TOOLS } from '../tools/index.ts';
import { EXIT } from './exit.ts';
import { workspaceHere } from './here.ts';
import { version } from './version.ts';

/** infragate without a command: MCP on stdio. stdout carries the protocol and nothing else. */
export async function serve(argv: readonly string[]): Promise<void> {
  const given = workspaceOf(argv);
  if (!given.ok) {
    printError(`infragate: ${given.message}`);
    process.exitCode = EXIT.wrongUse;
    return;
  }
  const { serveStdio } = await import('../mcp/index.ts');
  const { workspace } = given;
  await serveStdio({ version: version(), tools: TOOLS, ...(workspace === undefined ? {} : { workspace }) });
}

type Given = { readonly ok: true; readonly workspace?: string } | { readonly ok: false; readonly message: string };

/** `--workspace FOLDER` or `--workspace=FOLDER`, from the folder of whoever calls. Without commander, which takes time to load. */
function workspaceOf(argv: readonly string[]): Given {
  try {
    const { workspace } = parseArgs({ args: [...argv], options: { workspace: { type: 'string' } } }).values;
    if (workspace === undefined) return { ok: true };
    if (workspace === '') return { ok: false, message: '--workspace: the folder deployments belong to' };
    const folder = resolve(workspaceHere(), workspace);
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined) return { ok: false, message: `--workspace: there is no folder ${folder}` };
    if (!found.isDirectory()) return { ok: false, message: `--workspace: ${folder} is a file, not a folder` };
    return { ok: true, workspace: folder };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}
