import type { Beside } from '../console/beside.ts';
import type { Engine, Tool } from '../engine/index.ts';
import { createSeal, type Seal } from './seal.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

export type EngineNeeds = {
  readonly home?: string;
  readonly workspace: string;
  readonly tools: readonly Tool[];
};

export type ChannelOptions = {
  readonly version: string;
  readonly tools: readonly Tool[];
  /** Data folder of the ledger; the engine's default when left out. */
  readonly home?: string;
  /** The folder a deployment's files are in; otherwise found (workspace.ts). */
  readonly workspace?: string;
  /** How the engine is opened, at the first call that needs it. */
  readonly open?: (needs: EngineNeeds) => Promise<Engine>;
};

/** What one serving process shares between its connections: the engine, opened once, and the seal of its questions. */
export type Channel = {
  readonly version: string;
  readonly tools: readonly Tool[];
  readonly workspace: Workspace;
  readonly seal: Seal;
  /** The page on which a person decides about this deployment's plan with a passkey; undefined: nobody has one here. */
  page(deployment: string): Promise<string | undefined>;
  engine(): Promise<Engine>;
  /** Ends this process's runs and closes the ledger; does nothing when no call ever needed the engine. */
  close(): Promise<void>;
};

export function createChannel(options: ChannelOptions): Channel {
  const workspace = createWorkspace(options.workspace);
  const open = options.open ?? openEngine;
  let opened: Promise<Engine> | undefined;

  function engine(): Promise<Engine> {
    opened ??= open({
      workspace: workspace.folder(),
      tools: options.tools,
      ...(options.home === undefined ? {} : { home: options.home }),
    }).catch((error: unknown) => {
      opened = undefined; // the next call tries again
      throw error;
    });
    return opened;
  }

  let beside: Promise<Beside> | undefined;
  const page = async (deployment: string): Promise<string | undefined> => {
    const { consoleBeside } = await import('../console/beside.ts');
    beside ??= engine().then(consoleBeside);
    return (await beside).reviewPage(deployment);
  };

  return {
    version: options.version,
    page,
    tools: options.tools,
    workspace,
    engine,
    seal: createSeal(async () => (await engine()).home),
    close: async () => {
      if (beside !== undefined) await (await beside).close();
      const pending = opened;
      opened = undefined;
      if (pending !== undefined) await (await pending).close();
    },
  };
}

/** The engine brings the law, the ledger and the tools' runs: loaded at the first call, never for a list. */
async function openEngine(needs: EngineNeeds): Promise<Engine> {
  const { createEngine } = await import('../engine/index.ts');
  return createEngine(needs);
}
