import { fileURLToPath } from 'node:url';
import {
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { ClientView } from './client.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder a deployment's files are in: the one the server was started with, else CLAUDE_PROJECT_DIR, else the
 * client's first root, else INIT_CWD (npm's caller), else the current folder.
 */
export type Workspace = {
  folder(): string;
  /** What to answer instead of running when the client has roots and nothing better is known. */
  ask(client: ClientView): InputRequiredResult | undefined;
  /** Takes the roots that a repeated call carries. */
  learn(responses: ServerContext['mcpReq']['inputResponses']): void;
};

const KEY = 'roots';
const TOGETHER_MS = 1_000;

export function createWorkspace(
  given: string | undefined,
  env: Environment = process.env,
  now: () => number = Date.now,
): Workspace {
  const certain = given ?? env.CLAUDE_PROJECT_DIR;
  let root: string | undefined;
  let answered = false;
  let askedAt: number | undefined;
  return {
    folder: () => certain ?? root ?? env.INIT_CWD ?? process.cwd(),
    ask: (client) => {
      if (answered || certain !== undefined || !client.hasRoots) return undefined;
      // Calls that came together are all asked; a client that has not answered by then is not asked again.
      askedAt ??= now();
      if (now() - askedAt > TOGETHER_MS) return undefined;
      return inputRequired({ inputRequests: { [KEY]: inputRequired.listRoots() } });
    },
    learn: (responses) => {
      if (answered || responses === undefined || !(KEY in responses)) return;
      answered = true;
      const view = inputResponse(responses, KEY);
      if (view.kind !== 'roots') return;
      root = view.roots.map((r) => localFolder(r.uri)).find((folder) => folder !== undefined);
    },
  };
}

function localFolder(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined; // a root that is no file: nothing of ours could be read there
  }
}
