import { looksOnly } from './cluster/container.ts';
import { runsOf } from './programs/index.ts';
import { below, type Io, NeedsTimeLimit, type Scope } from './scope.ts';
import { baseName, isKnown } from './text.ts';
import { runWords, walkText } from './walk.ts';

/** Whether a command run inside a container only looks: nothing that isn't known to, no redirection to a file. */
export function looksInside(argv: readonly string[], io: Io, scope: Scope): boolean {
  if (argv.length === 0) return false;
  let looks = true;
  let depth = 0;
  const visit = (inner: readonly string[], innerIo: Io, innerScope: Scope): void => {
    if (!looks || inner.length === 0) return;
    if (innerIo.writes.some((path) => !/^\/dev\/(null|stdout|stderr|tty)$/.test(path))) looks = false;
    const [name = '', ...args] = inner;
    const known = isKnown(baseName(name)) ? looksOnly(inner, innerIo) : undefined;
    const runs = known === true && !RUNS_OTHERS.test(baseName(name)) ? [] : runsOf(inner, innerIo, innerScope);
    if (known === false || (known === undefined && runs.length === 0 && !(name === ':' && args.length === 0)))
      looks = false;
    for (const one of runs) {
      depth += 1;
      if (depth > 40) looks = false;
      else if (one.kind === 'argv') runWords(one.argv, { ...(one.io ?? innerIo), writes: [] }, innerScope, visit);
      else if (one.kind === 'text') looks = textLooks(one.text, one.io, innerScope, visit) && looks;
      else looks = false;
    }
  };
  runWords(argv, { ...io, writes: [] }, below(scope, { here: false, cwd: undefined }), visit);
  return looks;
}

const RUNS_OTHERS = /^(env|command)$/;

function textLooks(
  text: string,
  io: Io | undefined,
  scope: Scope,
  visit: (argv: readonly string[], io: Io, scope: Scope) => void,
): boolean {
  try {
    walkText(text, below(scope), visit, io);
    return true;
  } catch (error) {
    if (error instanceof NeedsTimeLimit) throw error;
    return false;
  }
}
