import { clusterTool, readClusterCall } from './cluster/call.ts';
import { apiWriteInCode, coarseWords } from './coarse.ts';
import { type Runs, runsOf } from './programs/index.ts';
import { newScope, noIo, TooDeep, Unreadable } from './scope.ts';

/** Shell text that a command runs from a file; of a program in another language, the words with which it deletes. */
export type ScriptRun = { readonly text: string } | { readonly deletes: string };

const DELETING = /^(delete|del|un|uninstall|replace|scale)$/;
const SHOWN = 60;

/** What a command runs from files below `cwd`: scripts, recipes of make, scripts of npm. Nothing is run. */
export function scriptsRun(argv: readonly string[], cwd: string): readonly ScriptRun[] {
  try {
    return runsOf(argv, noIo, newScope({ cwd, env: {} })).flatMap(read);
  } catch (error) {
    if (error instanceof TooDeep || error instanceof Unreadable) return [{ deletes: error.message }];
    throw error;
  }
}

function read(run: Runs): ScriptRun[] {
  if (run.kind === 'text') return [{ text: run.text }];
  if (run.kind !== 'foreign') return [];
  const words = coarseWords(run.text).find(([tool = '', ...args]) => {
    const program = clusterTool(tool);
    return program !== undefined && DELETING.test(readClusterCall(program, args).verb);
  });
  if (words !== undefined) return [{ deletes: words.join(' ').slice(0, SHOWN) }];
  return apiWriteInCode(run.text) !== undefined && /delete/i.test(run.text) ? [{ deletes: 'the Kubernetes API' }] : [];
}
