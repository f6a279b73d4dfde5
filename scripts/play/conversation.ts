import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import { visible, visibleLines } from '../../src/workflow/index.ts';

/** A conversation of a person, an agent and the server, as a list: what is said, which tool is called, which file is written. */
export const inConversation = z.union([
  z.strictObject({ person: z.string() }),
  z.strictObject({ agent: z.string() }),
  z.strictObject({ approve: z.string() }),
  z.strictObject({ write: z.string(), text: z.string() }),
  z.strictObject({
    call: z.string(),
    with: z.record(z.string(), z.unknown()).optional(),
    refused: z.string().optional(),
  }),
]);
export type Turn = z.infer<typeof inConversation>;

export type World = {
  readonly workspace: string;
  readonly registry: string;
  readonly server: { command: string; args: string[]; env: Record<string, string | undefined>; cwd: string };
  readonly show: (text: string) => void;
  /** In tests: the person's answer to a form. Without it the approval is waited for. */
  readonly approver?: (message: string) => { action: 'accept' | 'decline'; content?: Record<string, string> };
};

export type Played = {
  /** The transcript as Markdown, with this run's own addresses in it replaced. */
  readonly markdown: string;
  /** `tool: ok`, `tool: CODE`, in order: what must be the same in each run. */
  readonly outcome: readonly string[];
  readonly ended: string;
};

/** How much of an answer the transcript keeps. */
const LINES = 10;
const CALL_MS = 300_000;
const APPROVAL_POLL_MS = 2_000;

export async function playConversation(turns: readonly Turn[], world: World): Promise<Played> {
  const client = new Client(
    { name: 'infragate-play', version: '1' },
    { capabilities: world.approver === undefined ? {} : { elicitation: { form: {} } } },
  );
  const { approver } = world;
  if (approver !== undefined)
    client.setRequestHandler('elicitation/create', async (request) => approver(String(request.params.message)));
  const env = Object.fromEntries(
    Object.entries(world.server.env).filter((one): one is [string, string] => one[1] !== undefined),
  );
  await client.connect(new StdioClientTransport({ ...world.server, env, stderr: 'inherit' }));
  const out: string[] = [];
  const outcome: string[] = [];
  const tell = (text: string) => {
    out.push(text, '');
    world.show(`${visibleLines(text)}\n`);
  };
  const call = async (tool: string, input: Record<string, unknown>) => {
    const result = await client.callTool({ name: tool, arguments: input }, { timeout: CALL_MS });
    const text = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
    return { text, value: z.record(z.string(), z.unknown()).catch({}).parse(result.structuredContent) };
  };
  const write = (turn: Extract<Turn, { write: string }>) => {
    const text = turn.text.replaceAll('REGISTRY', world.registry);
    mkdirSync(dirname(join(world.workspace, turn.write)), { recursive: true });
    writeFileSync(join(world.workspace, turn.write), text);
    tell(`**Agent** writes \`${turn.write}\`:\n\n\`\`\`yaml\n${text.trimEnd()}\n\`\`\``);
  };
  const use = async (turn: Extract<Turn, { call: string }>) => {
    const input = substituted(turn.with ?? {}, world.registry);
    let answer = await call(turn.call, input);
    while (answer.value.status === 'RUNNING') answer = await call(turn.call, input);
    const code = refusalOf(answer.value);
    const failed = code ?? (answer.value.status === 'FAIL' ? 'FAIL' : undefined);
    outcome.push(`${turn.call}: ${failed ?? 'ok'}`);
    const args = Object.keys(input).length === 0 ? '' : `\n\n\`\`\`json\n${JSON.stringify(input, null, 2)}\n\`\`\``;
    tell(`**Agent** calls \`${turn.call}\`${args}\n\n\`\`\`text\n${shortened(answer.text)}\n\`\`\``);
    if (code !== turn.refused)
      throw new Error(`${turn.call} should be ${turn.refused ?? 'taken'} and was ${code ?? 'taken'}:\n${answer.text}`);
  };
  try {
    for (const turn of turns) {
      if ('person' in turn) tell(`**You:** ${turn.person}`);
      else if ('agent' in turn) tell(`**Agent:** ${turn.agent}`);
      else if ('approve' in turn) {
        tell(`**You:** ${turn.approve}`);
        await approved(call);
      } else if ('write' in turn) write(turn);
      else await use(turn);
    }
  } finally {
    await client.close();
  }
  return { markdown: transcript(out, world), outcome, ended: `${outcome.length} calls, as the conversation says` };
}

type Call = (tool: string, input: Record<string, unknown>) => Promise<{ text: string; value: Record<string, unknown> }>;

/** Until the deployment has left the stage of the plan: the decision is made in another process. */
async function approved(call: Call): Promise<void> {
  while ((await call('deployment-status', {})).value.stage === 'plan') await sleep(APPROVAL_POLL_MS);
}

const substituted = (input: Record<string, unknown>, registry: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(JSON.stringify(input).replaceAll('REGISTRY', registry)));

function refusalOf(value: Record<string, unknown>): string | undefined {
  const found = z.object({ refusal: z.object({ code: z.string() }) }).safeParse(value);
  return found.success ? found.data.refusal.code : undefined;
}

/** The first lines of an answer; the marks of blocks inside it are left out, because it is shown in one. */
function shortened(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('```'))
    .map(visible);
  if (lines.length <= LINES + 2) return lines.join('\n');
  return [...lines.slice(0, LINES), `… ${lines.length - LINES} more lines`].join('\n');
}

const TITLE = `# Transcript: hello on the sandbox

What a person, an agent and the server say in [the tutorial](../../docs/tutorial.md). It was recorded by
\`npm run play\` from [conversation.yaml](conversation.yaml); long answers are cut, and addresses are an example's.

`;

/** This run's addresses become those that a reader's sandbox could have. */
const transcript = (out: readonly string[], { registry, workspace }: World): string =>
  `${TITLE}${out
    .join('\n')
    .replaceAll(registry, '127.0.0.1:39107')
    .replaceAll(workspace, '/home/you/hello')
    .replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, 'https://127.0.0.1:39281')
    .trimEnd()}\n`;
