import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const tier = (name: string, include: string[], timeout: number, serial: boolean) => ({
  test: {
    name,
    include,
    testTimeout: timeout,
    hookTimeout: timeout * 2,
    fileParallelism: !serial,
  },
});

/** The tiers: unit (pure, beside the sources), process (code that starts processes and threads), timing (how time grows with
 *  the size of a text), protocol (our server as a child process), postgres (the ledger in a real PostgreSQL), cluster (a real API server),
 *  browser (a real Chromium), node (a real kubelet), clients (Claude Code, Inspector). Each tier that can't run here skips loudly. */
export default defineConfig({
  test: {
    maxWorkers: availableParallelism(),
    projects: [
      tier('unit', ['src/**/*.test.ts', 'test/unit/**/*.test.ts'], 60_000, false),
      tier('process', ['test/process/**/*.test.ts'], 60_000, true),
      tier('timing', ['test/timing/**/*.test.ts'], 120_000, true),
      tier('protocol', ['test/protocol/**/*.test.ts'], 60_000, true),
      tier('postgres', ['test/postgres/**/*.test.ts'], 60_000, true),
      tier('browser', ['test/browser/**/*.test.ts'], 60_000, true),
      tier('cluster', ['test/cluster/**/*.test.ts'], 120_000, true),
      tier('node', ['test/node/**/*.test.ts'], 300_000, true),
      tier('clients', ['test/clients/**/*.test.ts'], 120_000, true),
    ],
  },
});
