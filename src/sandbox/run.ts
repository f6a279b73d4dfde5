import { execFile } from 'node:child_process';

/** Runs a command to its end and answers what it printed; rejects with what it said on stderr. */
export function run(file: string, args: readonly string[], options: { timeoutMs?: number; env?: NodeJS.ProcessEnv } = {}): Promise<string> {
  return new Promise((done, failed) => {
    const { timeoutMs = 60_000, env = process.env } = options;
    execFile(file, args, { timeout: timeoutMs, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else failed(new Error(`${file} ${args.join(' ')}: ${stderr.trim() || error.message}`));
    });
  });
}
