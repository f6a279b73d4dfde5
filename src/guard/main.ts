import { NeedsTimeLimit } from '../shell/index.ts';
import { dataFolder } from '../state/home.ts';
import { type AgentClient, clientNamed, readUse, writeAnswer } from './clients.ts';
import { withinTime } from './limit.ts';
import { readPermits } from './permits.ts';
import { ownFolder, refusalOfTool } from './tools.ts';

export type Answer = { readonly stdout: string; readonly stderr: string; readonly code: number };

/** Under the least time-out of a client's hook, and what issue reports call "never longer than 2 s" with Node's start. */
const TIME_LIMIT_MS = 1200;
/** Longer calls carry a whole file; its path comes first in what is read of them. */
/** Characters of a call, and of what it leads to, that take milliseconds whatever they are (test/unit/guard-fuzz.test.ts). */
const SHORT_CALL = 2048;
const SHORT_READING = 16_384;
const MAX_INPUT_CHARACTERS = 32 * 1024 * 1024;

/**
 * What the guard answers to a client about a tool that is to be used. Whatever goes wrong stops the tool: a call that can't
 * be read, a line that takes too long. `args`: `--for NAME` says whose format it is (Claude Code's without it).
 */
export function guardAnswer(args: readonly string[], read: () => string): Answer {
  const client = clientNamed(args);
  if (client === undefined)
    return { stdout: '', stderr: "infragate's guard: --for names no client that it knows\n", code: 2 };
  try {
    return writeAnswer(client, judged(client, read()));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return writeAnswer(client, `infragate's guard could not judge this, so it stops: ${why}`, 'failed');
  }
}

/** Short calls are judged at once; what is long, or leads to long files, within a time limit, which costs a thread. */
function judged(client: AgentClient, text: string): string | undefined {
  if (text.length <= SHORT_CALL) {
    try {
      return refusal(client, text, SHORT_READING);
    } catch (error) {
      if (!(error instanceof NeedsTimeLimit)) throw error;
    }
  }
  return withinTime(TIME_LIMIT_MS, () => refusal(client, text));
}

function refusal(client: AgentClient, text: string, untimed?: number): string | undefined {
  if (text.length > MAX_INPUT_CHARACTERS) throw new Error('the call is longer than 32 MB');
  const use = readUse(client, text);
  const home = dataFolder();
  const standing = { cwd: use.cwd, permits: readPermits(home), home, ...(untimed === undefined ? {} : { untimed }) };
  return refusalOfTool(use, standing, { home, hooks: ownFolder(process.argv[1]), env: process.env });
}
