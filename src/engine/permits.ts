import { printError } from '../print/index.ts';
import { beginPermits, writePermitFile } from '../state/index.ts';
import { type Deployment, type Instant, type Permit, permit, plan, position } from '../workflow/index.ts';
import { loadSome, type Records } from './record.ts';

/**
 * What is allowed now, as a small file for each open deployment: `permits/<deployment>.json` in the data folder. The
 * plugin's hook reads it before every shell command, so it must not need the database. Derived, never read back: deleting
 * the folder loses nothing but the hook's protection until the next event.
 */
export type WrittenPermit = Permit & {
  readonly seq: number;
  readonly at: Instant;
  readonly component: string;
  /** The kubeconfig context that the deployment is bound to. */
  readonly context: string;
  readonly workspace: string;
  /** The current gate's open checks, and what leads on, the shortest way first. */
  readonly open: readonly string[];
  readonly next: ReturnType<typeof position>['next'];
  /** When the approval ends, and `phase` with it. */
  readonly until?: Instant;
  /** `engine/deployment/web`: what infragate has placed for the phase that may be worked on. */
  readonly phase_objects?: readonly string[];
};

export function permitOf(d: Deployment, now: Instant): WrittenPermit {
  const allowed = permit(d, now);
  const at = position(d, now);
  const current = plan(d)?.digest;
  const until = d.decisions.findLast((one) => one.choice === 'approve' && one.digest === current)?.until;
  const proving = d.target.proving_namespace;
  const { phase } = allowed;
  const objects = d.placements
    .filter((one) => one.purpose === 'phase' && one.phase === phase && one.state !== 'gone')
    .map(({ object: { kind, name, namespace } }) =>
      [...(namespace === undefined ? [] : [namespace]), kind.toLowerCase(), name].join('/'),
    );
  return {
    ...allowed,
    ...(proving === undefined || allowed.namespaces.includes(proving)
      ? {}
      : { namespaces: [...allowed.namespaces, proving] }),
    seq: d.seq,
    at: now,
    component: d.started.component,
    context: d.target.context,
    workspace: d.started.workspace,
    open: at.gate.open,
    next: at.next,
    ...(phase === undefined ? {} : { phase_objects: [...new Set(objects)] }),
    ...(phase === undefined || until === undefined ? {} : { until }),
  };
}

/** The permits that this process keeps up to date, each written once for many appends. */
export type Permits = {
  /** The permit of this deployment is to be written: at the next `flush`, or after a moment by itself. */
  note(d: Deployment): void;
  /** Answers when all that was noted is written. */
  flush(): Promise<void>;
  /** Makes the list of what is open where there is none: without it a guard can't know, and stops. */
  begin(): Promise<void>;
};

/** A long run without an answer brings its permit up to date this often. */
const PERMIT_DELAY_MS = 200;

/** A permit that can't be written is reported on stderr and changes no answer: what is on record stays on record. */
export function permitsIn(home: string, now: () => Instant): Permits {
  const noted = new Map<string, Deployment>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const write = async () => {
    for (const [id, d] of noted) {
      noted.delete(id);
      await writePermit(home, d, now()).catch((error: unknown) => notWritten(id, error));
    }
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };
  return {
    note(d) {
      noted.set(d.id, d);
      timer ??= setTimeout(() => void flush(), PERMIT_DELAY_MS).unref();
    },
    flush,
    begin: () => beginPermits(home).catch((error: unknown) => notWritten('this ledger', error)),
  };
}

function notWritten(id: string, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  printError(`infragate: the permit of ${id} could not be written (${why}); the plugin's hook goes by the last one\n`);
}

/** Writes the permits of all that are open, e.g. after the folder was lost or an older version wrote the ledger. */
export async function refreshPermits(records: Records, permits: Permits): Promise<void> {
  const { deployments } = await loadSome(records, { open: true });
  for (const d of deployments) permits.note(d);
  await permits.begin();
  await permits.flush();
}

/**
 * Writes a deployment's permit, or takes it away when the deployment is closed. Never puts an older one over a newer:
 * several servers may share one ledger.
 */
export async function writePermit(home: string, d: Deployment, now: Instant): Promise<void> {
  await writePermitFile(home, d.id, d.seq, d.closed === undefined ? permitOf(d, now) : undefined);
}
