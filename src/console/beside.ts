import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readApprovers } from '../approvers/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Console } from './index.ts';

/** The console that runs on a data folder, for those who want to link to it; one is started where none runs. */

const noted = z.object({ origin: z.url(), pid: z.number() });
const path = (home: string): string => join(home, 'console.json');
const ALIVE_MS = 1500;

/** Written by `infragate console` while it runs; answers how to take it back. */
export async function noteConsole(home: string, origin: string): Promise<() => Promise<void>> {
  await writeFile(path(home), JSON.stringify({ origin, pid: process.pid }), { mode: 0o600 });
  return () => rm(path(home), { force: true });
}

/** Its origin, when it answers and is on this data folder. */
async function runningConsole(home: string): Promise<string | undefined> {
  try {
    const { origin } = noted.parse(JSON.parse(await readFile(path(home), 'utf8')));
    const answer = await fetch(`${origin}/alive`, { signal: AbortSignal.timeout(ALIVE_MS) });
    return Object(await answer.json()).home === home ? origin : undefined;
  } catch {
    return undefined; // no note, or nothing that answers there
  }
}

export type Beside = {
  /** Where a person decides about this deployment's plan; undefined: nobody has a passkey here. */
  reviewPage(deployment: string): Promise<string | undefined>;
  close(): Promise<void>;
};

/** For a process that serves an agent: the console that runs, else one of its own on loopback, from the first need on. */
export function consoleBeside(engine: Engine): Beside {
  let own: Promise<Console> | undefined;
  return {
    async reviewPage(deployment) {
      const keys = (await readApprovers(engine.home)).filter((key) => key.removed_at === undefined);
      if (keys.length === 0) return undefined;
      const origin = (await runningConsole(engine.home)) ?? (await startOwn()).origin;
      return `${origin}/d/${encodeURIComponent(deployment)}/review`;
    },
    async close() {
      if (own !== undefined) await (await own).close();
    },
  };

  function startOwn(): Promise<Console> {
    own ??= import('./index.ts')
      .then(({ startConsole }) => startConsole({ engine, background: true }))
      .catch((error: unknown) => {
        own = undefined;
        throw error;
      });
    return own;
  }
}
