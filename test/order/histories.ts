import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a ledger lies, and the module that opens it in another process. */
export type Backend = { readonly module: URL; readonly place: string };

export type Options = {
  readonly histories: number;
  readonly writers: number;
  /** Asked by each writer in each history. */
  readonly operations: number;
  readonly seed: number;
  /** Every so many histories a writer is killed, one is stopped for a moment, or the server is. */
  readonly disturbEvery: number;
  /** Kills the database and starts it again. */
  readonly crash?: () => Promise<void>;
};

type Said = {
  readonly ready?: true;
  readonly done?: string;
  readonly deployment?: string;
  readonly call?: number;
  readonly return?: number;
  readonly in?: unknown;
  readonly out?: unknown;
};

type Operation = { client: number; call: number; return: number; in: unknown; out: unknown };

type Writer = {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly ready: Promise<void>;
  give(task: object): void;
  /** Ends when the history is done, or the process is. */
  finished(deployment: string): Promise<void>;
};

const WORKER = join(import.meta.dirname, 'worker.ts');

/** Histories of several processes at one ledger, as checker/ reads them: a JSON text each. Killed ones are replaced. */
export async function* histories(backend: Backend, options: Options): AsyncGenerator<string> {
  const { histories: count, writers: many, operations, seed, disturbEvery } = options;
  let clients = 0;
  let at: Operation[] = [];
  const start = (): Writer => {
    clients += 1;
    return startWriter(backend, clients, (operation) => at.push(operation));
  };
  const writers = Array.from({ length: many }, start);
  await Promise.all(writers.map(({ ready }) => ready));
  try {
    for (let history = 0; history < count; history += 1) {
      at = [];
      const deployment = `h${seed}-${history}`;
      const finished = writers.map((writer, index) => {
        writer.give({ deployment, operations, seed: seed * 1_000_003 + history * 101 + index });
        return writer.finished(deployment);
      });
      if (history % disturbEvery === disturbEvery - 1) await disturb(writers, history / disturbEvery, options);
      await Promise.all(finished);
      yield JSON.stringify(at);
      for (const [index, { child }] of writers.entries()) {
        if (child.exitCode === null && child.signalCode === null) continue;
        const next = start();
        await next.ready;
        writers[index] = next;
      }
    }
  } finally {
    for (const { child } of writers) child.kill('SIGKILL');
  }
}

async function disturb(writers: readonly Writer[], turn: number, { crash }: Options): Promise<void> {
  await sleep(2 + ((turn * 7) % 20));
  const one = writers[Math.floor(turn) % writers.length];
  const kind = Math.floor(turn) % (crash === undefined ? 2 : 3);
  if (kind === 0) one?.child.kill('SIGKILL');
  if (kind === 1) {
    one?.child.kill('SIGSTOP');
    await sleep(60);
    one?.child.kill('SIGCONT');
  }
  if (kind === 2) await crash?.();
}

function startWriter({ module, place }: Backend, client: number, told: (operation: Operation) => void): Writer {
  const child = spawn(process.execPath, [WORKER, module.href, place, `c${client}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const waiting = new Map<string, () => void>();
  let asked: Operation | undefined;
  let rest = '';
  const hear = (said: Said) => {
    if (said.ready === true) resolve();
    if (said.done !== undefined) waiting.get(said.done)?.();
    if (said.call !== undefined) {
      asked = { client, call: said.call, return: 0, in: said.in, out: null };
      told(asked);
    }
    if (said.return !== undefined && asked !== undefined) {
      asked.return = said.return;
      asked.out = said.out;
    }
  };
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(JSON.parse(line));
  });
  child.stdin.on('error', () => {}); // it was killed
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  void ended.then(resolve);
  return {
    child,
    ready,
    give: (task) => void child.stdin.write(`${JSON.stringify(task)}\n`),
    finished: (deployment) => Promise.race([ended, new Promise<void>((done) => void waiting.set(deployment, done))]),
  };
}
