import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** util-linux's script(1) gives a process a terminal; without it these tests can't run. */
export const noTerminal: string | undefined =
  spawnSync('script', ['--version']).status === 0 ? undefined : 'script(1) of util-linux is not here';

/**
 * `infragate ARGS` on a pseudo-terminal, the way a person runs it: each answer is typed when its prompt has appeared.
 * Answers what was on the screen, and the exit code.
 */
export function onTerminal(
  args: readonly string[],
  env: Record<string, string>,
  answers: readonly { readonly when: RegExp; readonly type: string }[],
): Promise<{ screen: string; status: number | null }> {
  const quoted = [process.execPath, cli, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['-qfec', quoted, '/dev/null'], { env: { ...process.env, ...env }, stdio: 'pipe' });
  let screen = '';
  let seen = 0;
  const waiting = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [next] = waiting;
    if (next?.when.test(screen.slice(seen))) {
      seen = screen.length;
      waiting.shift();
      // A person types after reading; readline takes over the terminal a moment after it has printed the question.
      setTimeout(() => child.stdin.write(`${next.type}\r`), 150);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ screen, status }));
  });
}
