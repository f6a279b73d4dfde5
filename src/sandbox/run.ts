import { execFile } from 'node:child_process';

type Options = { timeoutMs?: number; env?: NodeJS.ProcessEnv; cwd?: string };

/** Runs a command to its end and answers what it printed; rejects with what it said on stderr. */
export function run(file: string, args: readonly string[], options: Options = {}): Promise<string> {
  return new Promise((done, failed) => {
    const { timeoutMs = 60_000, env = process.env, cwd = process.cwd() } = options;
    execFile(file, args, { timeout: timeoutMs, env, cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else failed(new Error(`${file} ${args.join(' ')}: ${stderr.trim() || error.message}`));
    });
  });
}
