import { join, relative } from 'node:path';
import fc from 'fast-check';
import { importChanged, ROOT, reachedFrom } from './loader.ts';
import type { Mutant } from './mutants.ts';
import { firstFailure } from './runner.ts';

/**
 * A process of `npm run mutation`: takes one change at a time, runs the test files that lead to it, the quick ones first, and
 * answers with the first failure. The same texts are drawn each time, and a counterexample is not made smaller.
 */
export type Request =
  | { readonly ask: 'time'; readonly test: string }
  | { readonly ask: 'try'; readonly mutant: Mutant; readonly tests: readonly string[] };
export type Answer =
  | { readonly kind: 'begun'; readonly test: string }
  | { readonly kind: 'timed'; readonly cpu_ms: number; readonly failure?: string }
  | { readonly kind: 'tried'; readonly failure?: string; readonly by?: string };

fc.configureGlobal({ seed: 20261127, endOnFailure: true });
const send = (answer: Answer) => process.send?.(answer);
let number = 0;

async function run(test: string, mutant: Mutant | undefined): Promise<string | undefined> {
  number += 1;
  send({ kind: 'begun', test });
  return firstFailure(() => importChanged(join(ROOT, test), mutant, number));
}

async function answer(request: Request): Promise<Answer> {
  if (request.ask === 'time') {
    const before = process.cpuUsage();
    const failure = await run(request.test, undefined);
    const { user, system } = process.cpuUsage(before);
    return { kind: 'timed', cpu_ms: (user + system) / 1_000, ...(failure === undefined ? {} : { failure }) };
  }
  const file = join(ROOT, request.mutant.file);
  for (const test of request.tests) {
    if (!reachedFrom(join(ROOT, test)).has(file)) continue;
    const failure = await run(test, request.mutant);
    if (failure !== undefined) return { kind: 'tried', failure, by: relative('.', test) };
  }
  return { kind: 'tried' };
}

/** What a changed rule leaves behind (a rejected promise of an earlier test) is no end of the process. */
process.on('unhandledRejection', () => undefined);
process.on('uncaughtException', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (request: Request) => {
  answer(request).then(send, (error) => send({ kind: 'tried', failure: String(error) }));
});
