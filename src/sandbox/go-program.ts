// A program of a Go module of ours below sandbox/, built once for each state of its sources.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kept, placeOf } from './artefact.ts';
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
  /** What the compiler is told besides: a program without debugging information is built in half the time. */
  readonly compile?: readonly string[];
  /** More to be kept beside the program, copied there by this. */
  readonly beside?: (go: (...args: string[]) => Promise<string>, into: string) => Promise<void>;
};

const LINK = '-s -w';

/** Where the cache keeps it: under the state of its sources, and of the flags it is built with. */
function artefactOf(program: GoProgram): { folder: string; name: string; key: string } {
  const { name, compile = [] } = program;
  const folder = join(sources(), program.folder);
  const how = [LINK, ...compile, program.package, process.arch].join(' ');
  return { folder, name, key: digest(folder, how).slice(0, 32) };
}

/** The program's file, if it was built before. */
export function builtProgram(program: GoProgram): string | undefined {
  if (!existsSync(join(sources(), program.folder, 'go.mod'))) return undefined;
  const { name, key } = artefactOf(program);
  const file = join(placeOf('programs', name, key), name);
  return existsSync(file) ? file : undefined;
}

/** The folder with the program, under its name, and what is kept beside it. */
export async function goProgram(program: GoProgram, progress: Progress): Promise<string> {
  const { takes, beside, compile = [] } = program;
  if (!existsSync(join(sources(), program.folder, 'go.mod'))) {
    throw new SandboxProblem(
      'environment',
      `${program.name} can't be built: its sources are not in ${join(sources(), program.folder)}.`,
    );
  }
  const { folder, name, key } = artefactOf(program);
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
    await call('build', '-trimpath', ...compile, '-ldflags', LINK, '-o', join(into, name), program.package);
    await beside?.(call, into);
    return into;
  };
  return kept({ kind: 'programs', name, key, make }, progress);
}
