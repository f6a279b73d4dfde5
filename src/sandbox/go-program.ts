// A program of a Go module of ours below sandbox/, built once for each state of its sources.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kept } from './artefact.ts';
import { findCommand } from './command.ts';
import { digest, go } from './go.ts';
import { sources } from './places.ts';
import { SandboxProblem } from './problem.ts';
import type { Progress } from './progress.ts';

export type GoProgram = {
  readonly name: string;
  /** The module's folder, below sandbox/. */
  readonly folder: string;
  /** The package to build, as the module knows it. */
  readonly package: string;
  /** What the user may expect: "once, two and a half minutes". */
  readonly takes: string;
  /** More to be kept beside the program, copied there by this. */
  readonly beside?: (go: (...args: string[]) => Promise<string>, into: string) => Promise<void>;
};

const LINK = '-s -w';

/** The folder with the program, under its name, and what is kept beside it. */
export async function goProgram(program: GoProgram, progress: Progress): Promise<string> {
  const { name, takes, beside } = program;
  const folder = join(sources(), program.folder);
  if (!existsSync(join(folder, 'go.mod'))) {
    throw new SandboxProblem('environment', `${name} can't be built: its sources are not in ${folder}.`);
  }
  const key = digest(folder, `${LINK} ${program.package} ${process.arch}`).slice(0, 32);
  const make = async (work: string) => {
    const file = findCommand('go');
    if (file === undefined) {
      throw new SandboxProblem(
        'environment',
        `${name} is built from its Go module, and the go command is not in PATH.`,
      );
    }
    progress(`building ${name} from its Go module: ${takes}`);
    const call = (...args: string[]) => go(file, args, folder, name);
    const into = join(work, 'done');
    mkdirSync(into);
    await call('build', '-trimpath', '-ldflags', LINK, '-o', join(into, name), program.package);
    await beside?.(call, into);
    return into;
  };
  return kept({ kind: 'programs', name, key, make }, progress);
}
