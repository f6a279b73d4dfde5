import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { dataFolder, isLedgerError, type Ledger, type Listed, openLedger } from '../state/index.ts';
import { type Deployment, type Instant, type Refusal, refuse } from '../workflow/index.ts';
import type { ActiveRun } from './active.ts';
import { refusalAnswer } from './answer.ts';
import { type Preapproval, preapprove } from './classes.ts';
import { cleanUpAfter } from './cleanup-after.ts';
import { broken } from './conclude.ts';
import type { Call, EngineContext } from './context.ts';
import { type Abandonment, abandon, type Decision, decide, type Taken, type Waiver, waive } from './decide.ts';
import { type EvidenceFound, findEvidence } from './evidence.ts';
import { perform } from './perform.ts';
import { permitsIn, refreshPermits } from './permits.ts';
import { readPolicy } from './policy.ts';
import { lines, load, loadSome, recordsOf, type Several } from './record.ts';
import { cancelRun, type RunState, runState } from './run-state.ts';
import type { Performed, Tool } from './tool.ts';

/**
 * The engine: a call comes in (tool, input, actor), the rules are asked, the tool runs and records, an answer goes out. It
 * owns runs and their leases. Channels (mcp/, cli/) hand it calls and render its answers; it knows neither.
 */
export interface Engine {
  readonly home: string;
  readonly workspace: string;
  perform(call: Call): Promise<Performed>;
  decide(decision: Decision): Promise<Performed>;
  /** A person approves a class of changes; the record of the deployment that it was made for holds it. */
  preapprove(wanted: Preapproval): Promise<Taken>;
  waive(waiver: Waiver): Promise<Taken>;
  abandon(abandonment: Abandonment): Promise<Taken>;
  /** The deployment as the record has it now. */
  read(id: string): Promise<{ ok: true; deployment: Deployment } | { ok: false; refusal: Refusal }>;
  /** The open deployments, whole, oldest first, and the ids of those whose record can't be trusted. */
  open(): Promise<Several>;
  /** What a list shows of the latest deployments, oldest first. */
  latest(count: number): Promise<readonly Listed[]>;
  /** By a digest, or enough of its first digits. */
  evidence(id: string): Promise<{ text: string; mediaType: string } | undefined>;
  findEvidence(id: string): Promise<EvidenceFound>;
  useOnce(nonce: string): Promise<boolean>;
  /** What became of a run; undefined when this ledger has no such run. */
  runState(deployment: string, run: string): Promise<RunState | undefined>;
  /** Ends a run of this process; it cleans up after itself. */
  cancelRun(run: string): Promise<void>;
  ledger(): Promise<Ledger>;
  /** Takes away what a deployment that is over still has in its cluster; answers what could not be, in words. */
  cleanUpAfter(id: string): Promise<string | undefined>;
  now(): Instant;
  /** Ends this process's runs, letting each clean up after itself, and closes the ledger. */
  close(): Promise<void>;
}

export type EngineOptions = {
  readonly home?: string;
  /** Where the operator's policy lies, when that is not the data folder. */
  readonly policyHome?: string;
  readonly workspace: string;
  readonly tools: readonly Tool[];
  readonly now?: () => Instant;
};

/** Opens nothing: the ledger is opened at the first call, so that a probe that only asks for the list leaves no trace. */
export function createEngine(options: EngineOptions): Engine {
  const home = options.home ?? dataFolder();
  const workspace = canonicalFolder(options.workspace);
  const now = options.now ?? (() => new Date().toISOString());
  const active = new Map<string, ActiveRun>();
  const permits = permitsIn(home, now);
  let opened: Promise<EngineContext | Refusal> | undefined;

  const engine = (): Promise<EngineContext | Refusal> => {
    opened ??= open().then((made) => {
      if ('code' in made) opened = undefined; // a full disk or a busy ledger may be better at the next call
      return made;
    });
    return opened;
  };

  async function open(): Promise<EngineContext | Refusal> {
    const ledger = await openLedger(options.home === undefined ? {} : { home });
    if (isLedgerError(ledger))
      return refuse(ledger.reason === 'DamagedLedger' ? 'RECORD_DAMAGED' : 'FORBIDDEN', ledger.message);
    const policy = await readPolicy(options.policyHome ?? home);
    if (!policy.ok) return refuse('BAD_INPUT', `${policy.message}. A person puts the policy file right.`);
    const records = recordsOf(ledger, policy.policy, permits.note);
    // A ledger that an older version wrote has deployments without a permit; the hook must not wait for their next event.
    await refreshPermits(records, permits);
    const made: EngineContext = {
      ...records,
      home,
      workspace,
      tools: options.tools,
      active,
      cleaned: new Set(),
      now,
      perform: (call) => perform(made, call),
    };
    return made;
  }

  async function withContext<T>(use: (engine: EngineContext) => Promise<T>): Promise<T> {
    const made = await engine();
    if ('code' in made) throw new Error(made.message);
    return use(made);
  }

  return {
    home,
    workspace,
    now,
    async perform(call) {
      try {
        const made = await engine();
        return 'code' in made ? refusalAnswer(made) : await perform(made, call);
      } catch (error) {
        return broken(call.tool, error);
      } finally {
        await permits.flush();
      }
    },
    async decide(decision) {
      const made = await engine();
      return 'code' in made ? refusalAnswer(made) : decide(made, decision).finally(permits.flush);
    },
    preapprove: (wanted) => withContext((s) => preapprove(s, wanted).finally(permits.flush)),
    waive: (waiver) => withContext((s) => waive(s, waiver).finally(permits.flush)),
    abandon: (abandonment) => withContext((s) => abandon(s, abandonment).finally(permits.flush)),
    read: (id) => withContext((s) => load(s, id)),
    open: () => withContext((s) => loadSome(s, { open: true })),
    latest: (count) => withContext((s) => lines(s, {}, count)),
    evidence: (id) =>
      withContext(async (s) => {
        const found = await findEvidence(s.ledger, id);
        return found.kind === 'found' ? { text: found.text, mediaType: found.mediaType } : undefined;
      }),
    findEvidence: (id) => withContext((s) => findEvidence(s.ledger, id)),
    useOnce: (nonce) => withContext((s) => s.ledger.useOnce(nonce)),
    runState: (deployment, run) => withContext((s) => runState(s, deployment, run)),
    cancelRun: (run) => withContext(async (s) => cancelRun(s, run)),
    ledger: () => withContext(async (s) => s.ledger),
    cleanUpAfter: (id) => withContext((s) => cleanUpAfter(s, id)),
    async close() {
      if (opened === undefined) return;
      const made = await opened;
      if ('code' in made) return;
      for (const run of active.values()) run.abort.abort(new Error('the server ends'));
      await Promise.allSettled([...active.values()].map((run) => run.promise));
      await permits.flush();
      made.ledger.close();
    },
  };
}

/** Two spellings of one folder are one workspace. */
export function canonicalFolder(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return absolute;
  }
}

export { accountName } from './account.ts';
export { ENVELOPE, fixText, positionText } from './answer.ts';
export { type Decision, decidedFact } from './decide.ts';
export { type EvidenceFound, notOne } from './evidence.ts';
export { type Policy, readPolicy } from './policy.ts';
export type { RunState } from './run-state.ts';
export { type AnswerSchema, type Performed, Refused, type Tool, type ToolDefinition } from './tool.ts';
