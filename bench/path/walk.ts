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

/**
 * An agent without a thought of its own: it takes the first entry of `next`, adds what only it can know, and stops when
 * the deployment is completed. After a FAIL it does what `afterFailure` says, once each.
 */
export async function walk(
  agent: Agent,
  cwd: string,
  first: { readonly tool: string; readonly arguments: Record<string, unknown> },
  knowledge: Knowledge,
  afterFailure: readonly ((last: Answer) => Fix)[] = [],
): Promise<Walked> {
  const begun = Date.now();
  const refused: string[] = [];
  const tools: string[] = [];
  const ways = [...afterFailure];
  let tokens = 0;
  const call = async (tool: string, args: Record<string, unknown>): Promise<Answer> => {
    const answer = await agent.call(tool, args, 280_000);
    tools.push(tool);
    tokens += Math.ceil(Buffer.byteLength(answer.text) / 4);
    if (answer.isError) refused.push(`${tool}: ${answer.text.split('\n')[0]}`);
    return answer;
  };
  let last = await call(first.tool, first.arguments);
  while (tools.length < MOST_CALLS && refused.length === 0 && last.value.stage !== 'completed') {
    const failed = last.value.status === 'FAIL' || last.value.status === 'INCOMPLETE';
    const fix = failed && ways.length > 0 ? ways.shift()?.(last) : nextOf(last);
    if (fix?.command !== undefined) {
      execFileSync('sh', ['-c', fix.command], { cwd, stdio: 'pipe' });
      last = await call('deployment-status', {});
    } else if (fix?.tool !== undefined) {
      const given = fix.arguments ?? {};
      const known = fix.needs === undefined ? undefined : knowledge[fix.tool];
      if (fix.needs !== undefined && known === undefined) throw new Error(`nobody knows ${fix.tool}: ${fix.needs}`);
      last = await call(fix.tool, { ...given, ...known?.(given, last) });
    } else throw new Error(`nothing leads on from ${tools.at(-1)}:\n${last.text}`);
  }
  return { calls: tools.length, tokens, refused, tools, ms: Date.now() - begun, last };
}

const nextOf = (last: Answer): Fix | undefined => (Array.isArray(last.value.next) ? last.value.next[0] : undefined);
