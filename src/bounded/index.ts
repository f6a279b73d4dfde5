import { Worker } from 'node:worker_threads';

/**
 * Work on text that others wrote, in a thread of its own with a limit on time and memory: whatever the text is, the
 * server goes on answering. In: a module with `serve` (./serve.ts) and what to call. Out: the value, or which limit it hit.
 * Arguments and values are copied (structured clone), so they hold no functions.
 */
export type Limits = { readonly time_ms: number; readonly memory_mb: number };

export type Bounded<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly reason: 'TooSlow' | 'TooMuchMemory' | 'TooDeep' | 'Failed';
      readonly message: string;
    };

export type Request = { readonly call: string; readonly argument: unknown };
export type Reply<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly name: string; readonly message: string };

/** A thread that keeps what it read between calls; one call at a time. After a limit was hit, it is gone. */
export interface Reader {
  /** T is what the module's own call of that name returns. */
  call<T>(name: string, argument: unknown): Promise<Bounded<T>>;
  close(): Promise<void>;
}

const STACK_MB = 16;

/** `environment`: what the thread sees of it; nothing, unless it starts programs. */
export function openReader(module: URL, limits: Limits, environment: NodeJS.ProcessEnv = {}): Reader {
  const worker = new Worker(module, {
    resourceLimits: { maxOldGenerationSizeMb: limits.memory_mb, stackSizeMb: STACK_MB },
    stdout: true,
    stderr: true,
    env: environment,
  });
  worker.unref();
  let gone: string | undefined;
  worker.once('exit', () => {
    gone ??= 'the reader has ended';
  });

  function call<T>(name: string, argument: unknown): Promise<Bounded<T>> {
    const request: Request = { call: name, argument };
    return new Promise((resolve) => {
      const settle = (outcome: Bounded<T>) => {
        clearTimeout(timer);
        worker.off('message', answered);
        worker.off('error', broke);
        worker.off('exit', left);
        resolve(outcome);
      };
      const answered = (reply: Reply<T>) => {
        if (reply.ok) settle({ ok: true, value: reply.value });
        else if (reply.name === 'RangeError')
          settle({ ok: false, reason: 'TooDeep', message: 'it is nested too deeply to be read' });
        else settle({ ok: false, reason: 'Failed', message: reply.message });
      };
      const broke = (error: unknown) => {
        const memory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        settle({
          ok: false,
          reason: memory ? 'TooMuchMemory' : 'Failed',
          message: memory
            ? `reading it takes more than ${limits.memory_mb} MB of memory`
            : error instanceof Error
              ? error.message
              : String(error),
        });
      };
      const left = () => settle({ ok: false, reason: 'Failed', message: gone ?? 'the reader has ended' });
      const timer = setTimeout(() => {
        gone = `reading it takes longer than ${limits.time_ms / 1000} s`;
        settle({ ok: false, reason: 'TooSlow', message: gone });
        void worker.terminate();
      }, limits.time_ms);
      if (gone !== undefined) return left();
      worker.on('message', answered);
      worker.on('error', broke);
      worker.on('exit', left);
      worker.postMessage(request);
    });
  }

  return {
    call,
    async close() {
      await worker.terminate();
    },
  };
}

/** The module beside the caller's, as TypeScript in a clone and as JavaScript in a build. */
export const beside = (name: string, caller: string): URL =>
  new URL(`./${name}${caller.endsWith('.ts') ? '.ts' : '.js'}`, caller);

export { othersFirst, parsedJson, slices } from './slices.ts';
