import type { Performed } from './tool.ts';

/** A run this process is executing, or has executed and nobody has been told of yet. */
export type ActiveRun = {
  readonly run: string;
  readonly deployment: string;
  readonly tool: string;
  readonly key: string;
  /** Digest of the input without `wait`, `cancel` and `deployment`: the same call again re-attaches. */
  readonly input: string;
  /** The plan there was when it ended: what came of it answers no call about another one. */
  bound: string | undefined;
  readonly abort: AbortController;
  readonly promise: Promise<Performed>;
  readonly begun: number;
  readonly listeners: Set<(message: string) => void>;
  latest: string;
  finished: boolean;
};

export const DEFAULT_WAIT_MS = 45_000;

/** The longest a timer takes (setTimeout, HTML standard: a signed 32-bit number); with more it ends at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
export const forTimer = (ms: number): number => Math.min(ms, TIMER_MAX_MS);

export type Waited = { kind: 'done'; performed: Performed } | { kind: 'running' } | { kind: 'gone' };

/**
 * Waits for a run as long as its caller wants to. A caller that goes away (a dropped connection, a client's time-out)
 * only detaches; the run goes on and its answer waits for the same call again.
 */
export async function waitFor(
  active: ActiveRun,
  waitMs: number,
  caller: AbortSignal | undefined,
  progress: ((message: string) => void) | undefined,
): Promise<Waited> {
  if (progress !== undefined) active.listeners.add(progress);
  let timer: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  try {
    return await Promise.race<Waited>([
      active.promise.then((performed) => ({ kind: 'done', performed })),
      new Promise((resolve) => {
        timer = setTimeout(() => resolve({ kind: 'running' }), forTimer(waitMs));
      }),
      new Promise((resolve) => {
        if (caller === undefined) return;
        leave = () => resolve({ kind: 'gone' });
        if (caller.aborted) leave();
        else caller.addEventListener('abort', leave, { once: true });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (leave !== undefined) caller?.removeEventListener('abort', leave);
    if (progress !== undefined) active.listeners.delete(progress);
  }
}
