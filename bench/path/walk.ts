import { execFileSync } from 'node:child_process';
import type { Agent, Answer } from '../../test/support/scene.ts';

/** What an agent knows that no server can: the words that a call of `next` needs, by tool. */
export type Knowledge = {
  readonly [tool: string]: (args: Record<string, unknown>, last: Answer) => Record<string, unknown>;
};

export type Walked = {
  readonly calls: number;
  /** Of the answers, as text and as structure: bytes / 4. */
  readonly tokens: number;
  readonly refused: readonly string[];
  readonly tools: readonly string[];
  readonly ms: number;
  readonly last: Answer;
};

type Fix = {
  readonly tool?: string;
  readonly arguments?: Record<string, unknown>;
  readonly needs?: readonly string[];
  readonly command?: string;
};

const MOST_CALLS = 60;

export type World = {
  /** What happens in the world before a call. */
  readonly before?: (tool: string, args: Record<string, unknown>) => void;
  /** What is done before a command of `next` is run. */
  readonly atCommand?: (command: string) => void;
  /** By tool, what is done about its first FAIL in place of what `next` names. */
  readonly afterFailure?: Readonly<Record<string, (last: Answer) => Fix>>;
};

/**
 * An agent without a thought of its own: it takes the first entry of `next`, adds what only it can know, and stops when
 * the deployment is completed.
 */
export async function walk(
  agent: Agent,
  cwd: string,
  first: { readonly tool: string; readonly arguments: Record<string, unknown> },
  knowledge: Knowledge,
  { before, atCommand, afterFailure = {} }: World = {},
): Promise<Walked> {
  const begun = Date.now();
  const refused: string[] = [];
  const tools: string[] = [];
  const ways = new Map(Object.entries(afterFailure));
  let tokens = 0;
  const call = async (tool: string, args: Record<string, unknown>): Promise<Answer> => {
    before?.(tool, args);
    const answer = await agent.call(tool, args, 280_000);
    tools.push(tool);
    tokens += Math.ceil(Buffer.byteLength(answer.text) / 4);
    if (answer.isError) refused.push(`${tool}: ${answer.text.split('\n')[0]}`);
    return answer;
  };
  let last = await call(first.tool, first.arguments);
  while (tools.length < MOST_CALLS && refused.length === 0 && last.value.stage !== 'completed') {
    const failed = last.value.status === 'FAIL' || last.value.status === 'INCOMPLETE';
    const way = failed ? ways.get(tools.at(-1) ?? '') : undefined;
    ways.delete(way === undefined ? '' : (tools.at(-1) ?? ''));
    const fix = way?.(last) ?? nextOf(last);
    if (fix?.command !== undefined) {
      atCommand?.(fix.command);
      execFileSync('sh', ['-c', fix.command], { cwd, stdio: 'pipe' });
      const [, then] = nextsOf(last);
      last = await call(then?.tool ?? 'deployment-status', then?.arguments ?? {});
    } else if (fix?.tool !== undefined) {
      const given = fix.arguments ?? {};
      const known = fix.needs === undefined ? undefined : knowledge[fix.tool];
      if (fix.needs !== undefined && known === undefined) throw new Error(`nobody knows ${fix.tool}: ${fix.needs}`);
      last = await call(fix.tool, { ...given, ...known?.(given, last) });
    } else throw new Error(`nothing leads on from ${tools.at(-1)}:\n${last.text}`);
  }
  return { calls: tools.length, tokens, refused, tools, ms: Date.now() - begun, last };
}

const nextsOf = (last: Answer): readonly Fix[] => (Array.isArray(last.value.next) ? last.value.next : []);
const nextOf = (last: Answer): Fix | undefined => nextsOf(last)[0];
