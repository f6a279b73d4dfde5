import { expect as vitestExpect, vi as vitestVi } from 'vitest';

/**
 * As much of vitest as the tests of the rules use, in this process: `import { test } from 'vitest'` finds this file under the
 * loader beside it. Tests are collected when their file is evaluated and run one after another until one fails.
 */
type Body = (...args: readonly unknown[]) => unknown;
type Hook = { readonly path: readonly string[]; readonly body: Body };
type Test = { readonly path: readonly string[]; readonly name: string; readonly body: () => unknown };

let tests: Test[] = [];
let hooks: Record<'beforeEach' | 'afterEach' | 'beforeAll' | 'afterAll', Hook[]> = none();
let path: string[] = [];

function none(): typeof hooks {
  return { beforeEach: [], afterEach: [], beforeAll: [], afterAll: [] };
}

const MAX_MS = 20_000;
const bodyOf = (given: readonly unknown[]): Body | undefined =>
  given.find((one): one is Body => typeof one === 'function');
const context = {
  skip: (): never => {
    throw new Skipped();
  },
};
class Skipped extends Error {}

function add(name: unknown, ...given: readonly unknown[]): void {
  const body = bodyOf(given);
  if (body !== undefined) tests.push({ path: [...path], name: String(name), body: () => body(context) });
}

const each =
  (put: (name: unknown, body: Body) => void) =>
  (rows: readonly unknown[]) =>
  (name: unknown, ...given: readonly unknown[]): void => {
    const body = bodyOf(given);
    rows.forEach((row, index) => {
      if (body !== undefined) put(`${String(name)} ${index}`, () => body(...(Array.isArray(row) ? row : [row])));
    });
  };

export const test = Object.assign(add, {
  each: each(add),
  skip: () => undefined,
  skipIf: (skipped: unknown) => (skipped ? Object.assign(() => undefined, { each: () => () => undefined }) : test),
  runIf: (wanted: unknown) => (wanted ? test : Object.assign(() => undefined, { each: () => () => undefined })),
});
export const it = test;

function group(name: unknown, ...given: readonly unknown[]): void {
  path.push(`${String(name)}#${tests.length}`);
  bodyOf(given)?.();
  path.pop();
}
export const describe = Object.assign(group, { each: each(group) });

const hook = (kind: keyof typeof hooks) => (body: Body) => {
  hooks[kind].push({ path: [...path], body });
};
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');

/** `vi.waitFor` and `expect.poll` of vitest need vitest's own runner. */
async function until<T>(look: () => T | Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await look();
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const poll = (look: () => unknown) =>
  new Proxy(
    {},
    {
      get:
        (_, matcher: string) =>
        (...args: readonly unknown[]) =>
          until(async () => {
            const asserted = vitestExpect(await look());
            const held: unknown = Reflect.get(asserted, matcher);
            if (typeof held === 'function') Reflect.apply(held, asserted, args);
          }),
    },
  );
export const expect = new Proxy(vitestExpect, {
  get: (target, name, receiver) => (name === 'poll' ? poll : Reflect.get(target, name, receiver)),
});
const OWN: Readonly<Record<PropertyKey, unknown>> = { setConfig: () => undefined, waitFor: until };
export const vi = new Proxy(vitestVi, {
  get: (target, name, receiver) => OWN[name] ?? Reflect.get(target, name, receiver),
});

const covers = (one: Hook, test: Test) => one.path.every((name, index) => test.path[index] === name);

async function limited(body: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('does not end')), MAX_MS);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function runOne(one: Test): Promise<void> {
  for (const { body } of hooks.beforeEach.filter((h) => covers(h, one))) await limited(() => body(context));
  try {
    await limited(one.body);
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
  } finally {
    for (const { body } of hooks.afterEach.filter((h) => covers(h, one)).toReversed())
      await limited(() => body(context));
  }
}

/** Evaluates a test file and runs what it holds: the name of the first test that fails, or nothing. */
export async function firstFailure(evaluate: () => Promise<void>): Promise<string | undefined> {
  tests = [];
  hooks = none();
  path = [];
  let at = 'loading';
  try {
    await evaluate();
    for (const { body } of hooks.beforeAll) await limited(() => body(context));
    for (const one of tests) {
      at = one.name;
      await runOne(one);
    }
    if (tests.length === 0) return 'no tests';
    return undefined;
  } catch (error) {
    return `${at}: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`;
  } finally {
    vitestVi.restoreAllMocks();
    for (const { body } of hooks.afterAll) await limited(() => body(context)).catch(() => undefined);
  }
}
