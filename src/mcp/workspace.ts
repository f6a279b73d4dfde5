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
  /** What to answer instead of running when the client has roots and nothing better is known; asked once at most. */
  ask(client: ClientView): InputRequiredResult | undefined;
  /** Takes the roots that a repeated call carries. */
  learn(responses: ServerContext['mcpReq']['inputResponses']): void;
};

const KEY = 'roots';

export function createWorkspace(given: string | undefined, env: Environment = process.env): Workspace {
  const certain = given ?? env.CLAUDE_PROJECT_DIR;
  let root: string | undefined;
  let asked = false;
  return {
    folder: () => certain ?? root ?? env.INIT_CWD ?? process.cwd(),
    ask: (client) => {
      if (asked || certain !== undefined || root !== undefined || !client.hasRoots) return undefined;
      asked = true;
      return inputRequired({ inputRequests: { [KEY]: inputRequired.listRoots() } });
    },
    learn: (responses) => {
      const view = inputResponse(responses, KEY);
      if (view.kind !== 'roots' || root !== undefined) return;
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
