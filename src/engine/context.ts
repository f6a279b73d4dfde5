import type { Actor, Instant } from '../workflow/index.ts';
import type { ActiveRun } from './active.ts';
import type { Records } from './record.ts';
import type { Performed, Tool } from './tool.ts';

export type Call = {
  readonly tool: string;
  readonly input: unknown;
  readonly actor: Actor;
  /** The caller's: aborting it detaches, it doesn't end the run. */
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((message: string) => void) | undefined;
};

/** What perform needs of the engine that owns it. */
export type EngineContext = Records & {
  readonly home: string;
  readonly workspace: string;
  readonly tools: readonly Tool[];
  readonly active: Map<string, ActiveRun>;
  /** Clusters in which this process has cleaned up after earlier ones. */
  readonly cleaned: Set<string>;
  now(): Instant;
  /** perform.ts, for a run that takes further steps. */
  perform(call: Call): Promise<Performed>;
};
