import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';
import type { Answer, Request } from './worker.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** Modules that were evaluated again stay in memory: a process is replaced after this many changes. */
const MAX_CHANGES = 150;
/** A test file that takes this much more processor time than unchanged goes round in circles. */
const TIMES = 8;
const SLACK_MS = 5_000;
const LOOK_MS = 500;
/** Clock ticks of /proc a second (Linux, sysconf(_SC_CLK_TCK)). */
const TICKS_PER_S = 100;

/** One process that tries changes; one that does not end, or crashes, is replaced. */
export class Tester {
  #child: ChildProcess | undefined;
  #taken = 0;

  async time(test: string): Promise<{ cpu_ms: number; failure?: string }> {
    const answer = await this.#ask({ ask: 'time', test }, () => 120_000);
    if (typeof answer === 'string') return { cpu_ms: 0, failure: answer };
    return answer.kind === 'timed' ? answer : { cpu_ms: 0, failure: 'no answer' };
  }

  async try(
    mutant: Mutant,
    tests: readonly string[],
    costs: ReadonlyMap<string, number>,
  ): Promise<{ failure?: string; by?: string }> {
    let last: string | undefined;
    const answer = await this.#ask({ ask: 'try', mutant, tests }, (test) => {
      last = test;
      return (costs.get(test) ?? 0) * TIMES + SLACK_MS;
    });
    if (typeof answer === 'string') return { failure: answer, ...(last === undefined ? {} : { by: last }) };
    return answer.kind === 'tried' ? answer : { failure: 'no answer' };
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #ask(request: Request, limitOf: (test: string) => number): Promise<Answer | string> {
    if (this.#taken >= MAX_CHANGES) this.close();
    this.#child ??= this.#start();
    const child = this.#child;
    this.#taken += 1;
    let [limit, from] = [Number.POSITIVE_INFINITY, 0];
    const done = new AbortController();
    const gone = once(child, 'exit', { signal: done.signal }).then(
      () => 'the process ended',
      () => 'answered',
    );
    const look = setInterval(() => {
      if (cpuOf(child) - from > limit) child.kill('SIGKILL');
    }, LOOK_MS);
    const answered = new Promise<Answer>((resolve) => {
      child.on('message', function take(answer: Answer) {
        if (answer.kind === 'begun') {
          [limit, from] = [limitOf(answer.test), cpuOf(child)];
          return;
        }
        child.off('message', take);
        resolve(answer);
      });
    });
    child.send(request);
    const answer = await Promise.race([answered, gone]);
    clearInterval(look);
    done.abort();
    if (typeof answer === 'string') this.#child = undefined;
    return answer;
  }

  #start(): ChildProcess {
    this.#taken = 0;
    return fork(WORKER, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: ['--no-warnings'] });
  }
}

/** Milliseconds of processor time that the process has taken. */
function cpuOf(child: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_S;
  } catch {
    return 0;
  }
}
