import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { redact as hideShapes, type Redactor } from '../redaction/index.ts';
import { headAndTail } from './output.ts';
import { belonging, MARK, send, signalGroup } from './processes.ts';
import { programExists } from './program.ts';

export type RunOptions = {
  /** A shell line. Run by bash where there is one (the grammar parseCommand reads), else by sh. */
  readonly command: string;
  readonly cwd: string;
  /** What the command sees besides PATH, HOME and LANG. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Asked when the command has ended: what it may have read that its output must not show. Left out: shapes only. */
  readonly hide?: () => Promise<Redactor>;
  readonly signal?: AbortSignal;
};

export type CommandResult = {
  /** null: it was ended by a signal, or never started. */
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly timed_out: boolean;
  /** The caller's AbortSignal ended it. */
  readonly cancelled: boolean;
  readonly duration_ms: number;
  /** stdout and stderr as they came, beginning and end, redacted. */
  readonly output: string;
  readonly truncated: boolean;
  /** SHA-256 of everything on stdout, not only of what is shown. */
  readonly stdout_digest: string;
  /** Processes that were still there when the command line had ended, and were ended. */
  readonly left_behind: number;
  /** Why it could not be started. */
  readonly not_started?: string;
};

/** After SIGTERM, before SIGKILL. */
const GRACE_MS = 2_000;
/** After the shell has ended, for what is still in the pipes. */
const DRAIN_MS = 500;

/** Groups of this process's commands: they end with it. */
const running = new Set<number>();
let watching = false;

function endWithUs(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const leader of running) signalGroup(leader, 'SIGKILL');
  });
}

/** Runs one command line in a process group of its own, without stdin, bounded in time and output. Never throws. */
export async function runCommand(options: RunOptions): Promise<CommandResult> {
  const { execa } = await import('execa');
  const started = performance.now();
  const mark = randomUUID();
  const output = headAndTail(options.maxOutputBytes);
  const digest = createHash('sha256');
  const shell = programExists('bash')
    ? { file: 'bash', flags: ['--noprofile', '--norc', '-c'] }
    : { file: 'sh', flags: ['-c'] };

  const result = async (rest: Partial<CommandResult>): Promise<CommandResult> => {
    const duration_ms = Math.round(performance.now() - started);
    const { text, truncated } = output.text((await options.hide?.()) ?? hideShapes);
    return {
      exit_code: null,
      signal: null,
      timed_out: false,
      cancelled: false,
      duration_ms,
      output: text,
      truncated,
      stdout_digest: digest.digest('hex'),
      left_behind: 0,
      ...rest,
    };
  };
  if (options.signal?.aborted === true) return result({ cancelled: true });

  const child = execa(shell.file, [...shell.flags, options.command], {
    cwd: options.cwd,
    env: { ...inherited(), ...options.env, [MARK]: mark },
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    encoding: 'buffer',
    detached: true,
    reject: false,
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) => resolve({ code, signal }));
    child.nodeChildProcess.once('error', () => resolve({ code: null, signal: null }));
  });
  const settled = child.then((outcome) => outcome.shortMessage);
  const leader = child.pid;
  if (leader === undefined) return result({ not_started: (await settled) ?? 'it could not be started' });
  running.add(leader);
  endWithUs();

  child.stdout.on('data', (chunk: Buffer) => {
    digest.update(chunk);
    output.add(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
  const closed = Promise.all([child.stdout, child.stderr].map((stream) => once(stream, 'close').catch(() => [])));

  let because: 'limit' | 'cancelled' | undefined;
  const limit = setTimeout(() => stop('limit'), options.timeoutMs);
  const cancel = () => stop('cancelled');
  options.signal?.addEventListener('abort', cancel, { once: true });
  let stopping: Promise<number> | undefined;
  function stop(why: 'limit' | 'cancelled'): void {
    because ??= why;
    stopping ??= endAll(leader ?? 0, mark);
  }

  const { code, signal } = await ended;
  clearTimeout(limit);
  options.signal?.removeEventListener('abort', cancel);
  await Promise.race([closed, sleep(DRAIN_MS)]);
  const stopped = await stopping;
  const left = await endAll(leader, mark);
  await Promise.race([closed, sleep(DRAIN_MS)]);
  child.stdout.destroy();
  child.stderr.destroy();
  running.delete(leader);
  return result({
    exit_code: because === undefined ? code : null,
    signal: because === undefined ? signal : (signal ?? 'SIGTERM'),
    timed_out: because === 'limit',
    cancelled: because === 'cancelled',
    left_behind: stopped === undefined ? left : 0,
  });
}

function inherited(): Record<string, string> {
  const { PATH, HOME, LANG } = process.env;
  return Object.fromEntries(
    Object.entries({ PATH, HOME, LANG }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** SIGTERM to the group and to all who belong to it, SIGKILL to who is left. Answers how many there were. */
async function endAll(leader: number, mark: string): Promise<number> {
  const found = await belonging(leader, mark);
  if (found?.length === 0 || (found === undefined && !send(-leader, 0))) return 0;
  signalGroup(leader, 'SIGTERM');
  for (const pid of found ?? []) send(pid, 'SIGTERM');
  const until = performance.now() + GRACE_MS;
  let left = found;
  do {
    await sleep(50);
    left = await belonging(leader, mark);
    if (left?.length === 0 || (left === undefined && !send(-leader, 0))) break;
  } while (performance.now() < until);
  signalGroup(leader, 'SIGKILL');
  for (const pid of left ?? []) send(pid, 'SIGKILL');
  return found?.length ?? 1;
}
