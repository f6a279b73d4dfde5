import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';

/** Kills the sandbox's API server; the answer starts it again, exactly as it was started. */
export async function killApiServer(sandbox: Sandbox): Promise<() => void> {
  const pid = pidOf(sandbox);
  const [file = '', ...args] = partsOf(`/proc/${pid}/cmdline`);
  const env = Object.fromEntries(
    partsOf(`/proc/${pid}/environ`).map((pair) => [
      pair.slice(0, pair.indexOf('=')),
      pair.slice(pair.indexOf('=') + 1),
    ]),
  );
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await sleep(20);
  return () => {
    const log = openSync(join(sandbox.dir, 'logs', 'kube-apiserver-again.log'), 'a', 0o600);
    // The sandbox finds its processes by their environment: `down` will end this one, too.
    spawn(file, args, { cwd: sandbox.dir, env, detached: true, stdio: ['ignore', log, log] }).unref();
    closeSync(log);
  };
}

/** By its own command line, which names the sandbox's folder. */
function pidOf(sandbox: Sandbox): number {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parts = partsOf(`/proc/${pid}/cmdline`);
      if (parts.some((part) => part === `--audit-log-path=${sandbox.audit_log}`)) return Number(pid);
    } catch {
      // Gone since it was listed.
    }
  }
  throw new Error(`sandbox ${sandbox.name} has no API server`);
}

const partsOf = (path: string) => readFileSync(path, 'utf8').split('\0').slice(0, -1);

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
