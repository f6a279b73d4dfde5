import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/index.ts';
import { TOOLS } from '../../src/tools/index.ts';

/**
 * The edge to the clients: every tool called with hostile values in each field of its input, alone and all together, on
 * an engine with an empty data folder. A call may be refused; it may not fail inside the server.
 */
export type HostileCalls = {
  readonly calls: Readonly<Record<string, (text: string) => Promise<void>>>;
  close(): Promise<void>;
};

const WORD = 10;
const MAX_DEPTH = 2_000;

export function hostileCalls(): HostileCalls {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-hostile-'));
  const engine = createEngine({ home: join(folder, 'home'), workspace: folder, tools: TOOLS });
  const calls = TOOLS.map(({ name, input }) => {
    const fields = 'shape' in input ? Object.keys(Object(input.shape)) : [];
    const run = async (text: string): Promise<void> => {
      for (const value of shapesOf(text)) {
        // Nothing is asked of a cluster: what a fresh data folder can't answer is refused before.
        await called({ nonsense: value, deployment: value });
        await called(Object.fromEntries(fields.map((field) => [field, value])));
      }
    };
    const called = async (given: unknown): Promise<void> => {
      const { text } = await engine.perform({ tool: name, input: given, actor: { kind: 'agent', client: 'fuzz' } });
      if (/^INTERNAL|inside infragate/.test(text)) throw new Error(`${name}: ${text.slice(0, 300)}`);
      if (text.length > MAX_REFUSAL) throw new Error(`${name} answers ${text.length} characters`);
    };
    return [`call of ${name}`, run] as const;
  });
  return {
    calls: Object.fromEntries(calls),
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** 2,000 tokens, and what an answer says of where things stand. */
const MAX_REFUSAL = 10_000;

/** One text as a value of every JSON type that can hold it. */
function shapesOf(text: string): unknown[] {
  const words = Array.from({ length: Math.ceil(text.length / WORD) }, (_, i) => text.slice(i * WORD, (i + 1) * WORD));
  let deep: unknown = text.slice(0, WORD);
  for (let depth = 0; depth < Math.min(MAX_DEPTH, words.length); depth += 1)
    deep = depth % 2 === 0 ? [deep] : { a: deep };
  return [
    text,
    words,
    words.map((word) => ({ [word]: word, name: word })),
    Object.fromEntries(words.map((word, i) => [`${word}${i}`, word])),
    JSON.parse(`{"__proto__": ${JSON.stringify(text)}, "constructor": {"prototype": 1}}`),
    deep,
    text.length,
  ];
}
