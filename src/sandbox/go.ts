// Calling the go command.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SandboxProblem } from './problem.ts';

/**
 * Runs it in a folder and answers what it printed; each line it says meanwhile goes to `onLine`. Throws a SandboxProblem
 * that says what can't be had (`making`) and why.
 */
export function go(
  file: string,
  args: readonly string[],
  cwd: string,
  making: string,
  onLine: (line: string) => void = () => undefined,
): Promise<string> {
  return new Promise((done, failed) => {
    // Without cgo: no C compiler needed, and the program runs on any Linux.
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' };
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const tail: string[] = [];
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      onLine(line);
      tail.push(line);
      if (tail.length > 20) tail.shift();
    });
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) return done(stdout);
      const said = tail.filter((line) => /\s|:/.test(line)).join('\n');
      failed(new SandboxProblem('environment', `go ${args[0]} failed, so there is no ${making}:\n${said}`));
    });
  });
}

/**
 * SHA-256 over names and contents of all that goes into a program, and over the flags it is built with. A folder below
 * that is a Go module of its own goes into a program of its own.
 */
export function digest(folder: string, flags = ''): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /(^|\/)go\.(mod|sum)$|\.go$|\.yaml$/.test(file) && !file.endsWith('_test.go'))
    .sort();
  const others = files.flatMap((file) => file.match(/^(.+\/)go\.mod$/)?.[1] ?? []);
  const hash = createHash('sha256').update(flags);
  for (const file of files) {
    if (others.some((other) => file.startsWith(other))) continue;
    const content = readFileSync(join(folder, file));
    hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
