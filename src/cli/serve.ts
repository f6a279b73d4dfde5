import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type FirstAnswers, type Front, openFront } from '../mcp/front.ts';
import { asset, version } from '../package.ts';
import { printError } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { workspaceHere } from './here.ts';

/** infragate without a command: MCP on stdio. stdout carries the protocol and nothing else. */
export async function serve(argv: readonly string[]): Promise<void> {
  const given = workspaceOf(argv);
  if (!given.ok) {
    printError(`infragate: ${given.message}`);
    process.exitCode = EXIT.wrongUse;
    return;
  }
  const front = openBuiltFront();
  await front?.quiet;
  const [{ serveStdio }, { TOOLS }] = await Promise.all([import('../mcp/index.ts'), import('../tools/index.ts')]);
  const { workspace } = given;
  serveStdio({ version: version(), tools: TOOLS, ...(workspace === undefined ? {} : { workspace }) }, front);
  // The sources are a thousand files, which a short-lived server does not need.
  if (front === undefined) return;
  const { preload } = await import('./preload.ts');
  setTimeout(() => void preload([...SOON, ...TOOLS.map(({ load }) => load)]), IDLE_MS).unref();
}

/** A client has its first answers by then, and a person has not asked for anything yet. */
const IDLE_MS = 500;

/** What the first call of any tool needs. */
const SOON = [() => import('../engine/index.ts'), async () => (await import('../cluster/index.ts')).preloadLogin()];

/** The build records the first answers; the sources run without. */
function openBuiltFront(): Front | undefined {
  const file = asset('first-answers.json');
  if (!existsSync(file)) return undefined;
  const answers: FirstAnswers = JSON.parse(readFileSync(file, 'utf8'));
  return openFront(process.stdin, process.stdout, answers);
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
