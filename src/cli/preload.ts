import { setImmediate as turn } from 'node:timers/promises';

/** A module that is loaded when it is first needed; what it answers is kept by Node. */
export type Lazy = () => Promise<unknown>;

/**
 * Loads what the first calls need while nobody waits for an answer, one after another, so that what comes in between is
 * answered first. A module that can't be loaded is said by the call that needs it.
 */
export async function preload(modules: readonly Lazy[]): Promise<void> {
  for (const load of modules) {
    await turn();
    await load().catch(() => undefined);
  }
}
