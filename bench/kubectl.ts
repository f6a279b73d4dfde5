import { join } from 'node:path';
import { type GoProgram, goProgram } from '../src/sandbox/go-program.ts';

/** An ordinary kubectl for the benches, from its own small module (bench/kubectl); the sandbox's own is slower to start. */
const KUBECTL: GoProgram = {
  name: 'kubectl',
  folder: join('..', 'bench', 'kubectl'),
  package: '.',
  takes: 'once, a few minutes with empty caches',
};

export const plainKubectl = async (): Promise<string> =>
  join(await goProgram(KUBECTL, (message) => process.stderr.write(`${message}\n`)), KUBECTL.name);
