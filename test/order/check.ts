import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { goProgram } from '../../src/sandbox/go-program.ts';

export type Judged = {
  readonly histories: number;
  readonly operations: number;
  /** Asked by processes that were killed before the answer. */
  readonly unanswered: number;
  readonly violations: number;
  readonly undecided: number;
};

const NAME = 'order';

/** Judges histories by github.com/anishathalye/porcupine, a checker of linearizability; built once from its Go module. */
export async function judge(histories: AsyncIterable<string> | Iterable<string>): Promise<Judged> {
  const folder = await goProgram(
    { name: NAME, folder: '../test/order/checker', package: '.', takes: 'once, some seconds' },
    (line) => console.error(line),
  );
  const child = spawn(join(folder, NAME), { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const closed = once(child, 'close');
  for await (const history of histories) if (!child.stdin.write(`${history}\n`)) await once(child.stdin, 'drain');
  child.stdin.end();
  await closed;
  return JSON.parse(text);
}
