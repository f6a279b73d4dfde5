// helm, built from its own Go module: a plain tool that needs no sandbox to run.
// In: nothing. Out: the file of the program, if it was built before, or after building it.

import { join } from 'node:path';
import { builtProgram, type GoProgram, goProgram } from './go-program.ts';
import type { Progress } from './progress.ts';

/** The version is what sandbox/helm/go.mod requires. */
const HELM: GoProgram = {
  name: 'helm',
  folder: 'helm',
  package: 'helm.sh/helm/v4/cmd/helm',
  takes: 'once, three to ten minutes',
  compile: ['-gcflags=all=-dwarf=false'],
};

/** The helm that `infragate sandbox helm` built; undefined where nobody did. */
export const builtHelm = (): string | undefined => builtProgram(HELM);

export const helmProgram = async (progress: Progress): Promise<string> =>
  join(await goProgram(HELM, progress), HELM.name);
