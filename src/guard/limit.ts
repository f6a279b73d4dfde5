/** The reading took longer than it may. */
export class TimeLimit extends Error {}

type Work = { run: (() => void) | undefined };
const work: Work = { run: undefined };

/**
 * Runs synchronous work, ended from outside after `limit_ms` (V8 ends it in the middle of a loop or of a regular
 * expression, too). Reading of files is bounded elsewhere: only regular, short files are opened (shell/files.ts).
 */
export function withinTime<T>(limit_ms: number, run: () => T): T {
  const done: T[] = [];
  work.run = () => {
    done.push(run());
  };
  Object.defineProperty(globalThis, 'infragateWork', { value: work, configurable: true });
  try {
    const { Script } = process.getBuiltinModule('node:vm');
    new Script('globalThis.infragateWork.run()').runInThisContext({ timeout: limit_ms });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      throw new TimeLimit(`reading it took longer than ${limit_ms} ms`);
    throw error;
  }
  for (const value of done) return value;
  throw new TimeLimit('reading it did not end');
}
