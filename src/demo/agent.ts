import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Mark } from './layout.ts';
import * as print from './print.ts';

export type Answer = { readonly isError: boolean; readonly text: string; readonly value: Record<string, unknown> };

/** The person of the story, played by the demo: how a form about a plan is answered. */
export type Person = (message: string) => Said | Promise<Said>;
/** What somebody answered the form. */
export type Said = { action: 'accept' | 'decline'; content?: Record<string, string> };

export type Agent = {
  /** Calls a tool and prints what came of it; `refused` says that the story expects a refusal with this code. */
  call(tool: string, args: Record<string, unknown>, show?: Show): Promise<Answer>;
  counts(): { calls: number; refused: number };
  /** What came of each call, in order. */
  history(): readonly Came[];
  close(): Promise<void>;
};

/** What came of one call: its mark, and the code of a refusal. */
export type Came = { readonly tool: string; readonly mark: Mark; readonly code?: string };

export type Show = {
  /** What this call is for, in the story's words. */
  readonly as?: string;
  readonly expect?: 'ok' | 'fails' | { readonly refused: string };
  readonly lines?: (answer: Answer) => readonly string[];
  /** How many of them are shown by default, where one is too few. */
  readonly most?: number;
  /** In place of `lines`, where not everything is shown. */
  readonly brief?: (answer: Answer) => readonly string[];
};

export class StoryBroken extends Error {}

/** An MCP client, the SDK's own, that speaks to our server over stdio like any agent's. */
export async function connectAgent(
  server: { command: string; args: string[]; env: Record<string, string>; cwd: string },
  person: Person,
  patienceMs = 300_000,
): Promise<Agent> {
  const client = new Client({ name: 'infragate-demo', version: '1' }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler('elicitation/create', async (request) => person(String(request.params.message)));
  await client.connect(new StdioClientTransport({ ...server, stderr: 'inherit' }));
  let calls = 0;
  const came: Came[] = [];
  let refused = 0;

  async function once(tool: string, args: Record<string, unknown>): Promise<Answer> {
    const result = await client.callTool({ name: tool, arguments: args }, { timeout: patienceMs });
    const text = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
    const value =
      typeof result.structuredContent === 'object' && result.structuredContent !== null
        ? { ...result.structuredContent }
        : {};
    return { isError: result.isError === true, text, value };
  }

  return {
    async call(tool, args, show = {}) {
      const started = performance.now();
      let answer = await once(tool, args);
      calls += 1;
      // A long tool outlives its call; the same call again gets the result of the same run.
      while (answer.value.status === 'RUNNING') answer = await once(tool, args);
      const ms = performance.now() - started;
      const code = refusalCode(answer);
      if (code !== undefined) refused += 1;
      const mark = code !== undefined ? 'refused' : answer.isError || answer.value.status === 'FAIL' ? 'no' : 'ok';
      const shown = print.showsEverything() ? show.lines : (show.brief ?? show.lines);
      const lines = code === undefined ? (shown?.(answer) ?? []) : refusalLines(answer);
      came.push({ tool, mark, ...(code === undefined ? {} : { code }) });
      print.step(mark, show.as === undefined ? tool : `${tool}: ${show.as}`, ms, lines, show.most);
      expectAsTold(tool, show.expect ?? 'ok', mark, code, answer);
      return answer;
    },
    counts: () => ({ calls, refused }),
    history: () => came,
    close: () => client.close(),
  };
}

function refusalCode(answer: Answer): string | undefined {
  const refusal = answer.value.refusal;
  return typeof refusal === 'object' && refusal !== null && 'code' in refusal ? String(refusal.code) : undefined;
}

const refusalLines = (answer: Answer): string[] =>
  answer.text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('['))
    .slice(0, 6);

/** The demo is a test as well: a story that goes another way than it says stops. */
function expectAsTold(
  tool: string,
  expected: NonNullable<Show['expect']>,
  mark: string,
  code: string | undefined,
  answer: Answer,
): void {
  const fine = expected === 'ok' ? mark === 'ok' : expected === 'fails' ? mark === 'no' : code === expected.refused;
  if (!fine) {
    const wanted = typeof expected === 'string' ? expected : `refused ${expected.refused}`;
    throw new StoryBroken(`${tool} should have been ${wanted}, and was ${code ?? mark}:\n${answer.text}`);
  }
}
