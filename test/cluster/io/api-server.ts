import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, status } from '../../../src/sandbox/sandbox.ts';

/** Kills the sandbox's API server and gives back how to start it again, exactly as it was started. */
export async function killApiServer(sandbox: Sandbox): Promise<() => void> {
  const seen = await status({ name: sandbox.name });
  const found = seen.status === 'up' ? seen.processes.find((one) => one.component === 'kube-apiserver') : undefined;
  const pid = found?.pid ?? pidListeningFor(sandbox);
  const [file, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const env = Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await sleep(20);
  return () => {
    if (file === undefined) throw new Error('the API server had no command line');
    const log = openSync(join(sandbox.dir, 'logs', 'kube-apiserver-again.log'), 'a', 0o600);
    // The sandbox finds its processes by their environment: `down` will end this one, too.
    spawn(file, args, { cwd: sandbox.dir, env, detached: true, stdio: ['ignore', log, log] }).unref();
    closeSync(log);
  };
}

function pidListeningFor(sandbox: Sandbox): number {
  throw new Error(`sandbox ${sandbox.name} is not up`);
}

function isAlive(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(text);
  } catch {
    return false;
  }
}
