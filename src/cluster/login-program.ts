import { type ChildProcess, spawn } from 'node:child_process';
import { isRecord } from './failure.ts';

/**
 * A kubeconfig's login program (client.authentication.k8s.io, `exec`): run in a process group of its own, which ends when
 * the request that waits for it ends, and with this process. client-node's own would leave a program that hangs behind.
 */
export type ExecCredential = {
  readonly token?: string;
  /** PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Milliseconds since the epoch; undefined: as long as this process. */
  readonly expires?: number;
};

const running = new Set<ChildProcess>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Rejects with what the program wrote to stderr, or with why it could not be started. */
export async function runLoginProgram(
  exec: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<ExecCredential> {
  if (typeof exec.command !== 'string' || exec.command === '') throw new Error('exec names no command');
  const child = spawn(exec.command, texts(exec.args), {
    env: { ...process.env, ...environment(exec.env) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const [said, complaint]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
  const abort = () => end(child);
  signal?.addEventListener('abort', abort, { once: true });
  remember(child);
  try {
    const code = await new Promise<number | null>((done, failed) => {
      child.once('error', failed);
      child.once('close', done);
    });
    if (code !== 0) throw new Error(Buffer.concat(complaint).toString('utf8'));
    return credentialIn(JSON.parse(Buffer.concat(said).toString('utf8')));
  } finally {
    signal?.removeEventListener('abort', abort);
    forget(child);
  }
}

function credentialIn(answer: unknown): ExecCredential {
  const status = isRecord(answer) ? answer.status : undefined;
  if (!isRecord(status)) throw new SyntaxError('no ExecCredential');
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  const expires = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    ...(typeof token === 'string' ? { token } : {}),
    ...(typeof cert === 'string' ? { cert } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(Number.isNaN(expires) ? {} : { expires }),
  };
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const environment = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    (Array.isArray(value) ? value : []).filter(isRecord).map((one) => [String(one.name), String(one.value ?? '')]),
  );

function remember(child: ChildProcess): void {
  if (running.size === 0) {
    process.once('exit', endAll);
    for (const name of SIGNALS) process.on(name, interrupted);
  }
  running.add(child);
}

function forget(child: ChildProcess): void {
  running.delete(child);
  if (running.size > 0) return;
  process.removeListener('exit', endAll);
  for (const name of SIGNALS) process.removeListener(name, interrupted);
}

const endAll = (): void => {
  for (const child of running) end(child);
};

/** A signal to us does not reach a group of its own. Where nobody else handles it, it ends us as it would have. */
function interrupted(name: NodeJS.Signals): void {
  endAll();
  if (process.listenerCount(name) > 1) return;
  process.removeListener(name, interrupted);
  process.kill(process.pid, name);
}

/** The whole group: a login program is often a script around another one. */
function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
  // A grandchild that left the group may still hold the pipes; nobody reads them any more.
  child.stdout?.destroy();
  child.stderr?.destroy();
}
