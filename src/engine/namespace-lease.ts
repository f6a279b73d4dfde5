import type { Held, Holder } from '../apply/index.ts';
import { printError } from '../print/index.ts';
import { type Deployment, openRuns, type Refusal, refuse, STEPS, type Step } from '../workflow/index.ts';
import { lost } from './connect.ts';
import type { EngineContext } from './context.ts';
import { loadSome, type Records } from './record.ts';
import { type OpeningRun, type Outcome, Refused } from './tool.ts';

/**
 * A Lease in each namespace of a deployment while this ledger works there: two ledgers (on two machines) that apply to one
 * namespace would each take the other's changes for drift. The Lease is kept between two steps and ends by itself after a
 * crash, or when no step runs for ten minutes.
 */
const KEPT_MS = 10 * 60_000;
const RENEWED_EVERY_MS = 3 * 60_000;
/** The end of a deployment doesn't wait longer for a cluster that does not respond. */
const RELEASE_MAX_MS = 10_000;

type Whose = Pick<Deployment, 'id' | 'target'>;
type Ours = Records & Pick<EngineContext, 'now'>;

type LeaseRequest = {
  readonly run: Pick<OpeningRun, 'cluster' | 'writer' | 'identity'>;
  readonly d: Whose;
  readonly way: 'take' | 'release' | 'none';
  /** Called when another ledger has taken it from a run that was asleep for too long. */
  lost(why: string): void;
};

type Answered = Outcome<Record<string, unknown>>;

/** Runs a step with its namespaces kept, as its row of the table says. */
export async function withNamespaceLease(
  engine: Ours,
  request: LeaseRequest,
  step: () => Promise<Answered>,
  renewedEveryMs = RENEWED_EVERY_MS,
): Promise<Answered> {
  if (request.way === 'none') return step();
  if (request.way === 'release') {
    const outcome = await step();
    if (outcome.kind === 'answer') await inTime(releaseNamespaces(engine, request.run, request.d));
    return outcome;
  }
  const taken = await take(engine, request).catch(refused);
  if ('code' in taken) return { kind: 'refusal', refusal: taken };
  const timer = setInterval(() => void renew(request, taken.holder), renewedEveryMs);
  timer.unref();
  try {
    const outcome = await step();
    if (outcome.kind === 'refusal' && taken.fresh) await inTime(releaseNamespaces(engine, request.run, request.d));
    else await renew(request, taken.holder);
    return outcome.kind === 'answer' ? { ...outcome, value: warned(outcome.value, taken.warnings) } : outcome;
  } finally {
    clearInterval(timer);
  }
}

function refused(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  throw error;
}

type TakenLeases = { readonly holder: Holder; readonly fresh: boolean; readonly warnings: readonly string[] };

async function take(engine: Ours, { run, d }: LeaseRequest): Promise<TakenLeases | Refusal> {
  const { takeNamespaceLease } = await import('../apply/index.ts');
  const writer = await run.writer();
  const holder = { ledger: await engine.ledger.identity(), deployment: d.id, identity: await run.identity() };
  const warnings: string[] = [];
  let fresh = false;
  for (const { name } of d.target.namespaces) {
    const taken = await takeNamespaceLease(writer, name, holder, KEPT_MS);
    if (taken.kind === 'unreachable') throw lost(taken.error);
    if (taken.kind === 'others') {
      if (fresh) await inTime(releaseNamespaces(engine, run, d));
      return heldByOthers(d, name, taken.held);
    }
    if (taken.kind === 'unable') warnings.push(unable(name, taken.why));
    else fresh ||= taken.fresh;
  }
  return { holder, fresh, warnings };
}

const heldByOthers = (d: Whose, namespace: string, { by, since, until }: Held): Refusal =>
  refuse(
    'IN_PROGRESS',
    `Another ledger works in the namespace ${namespace}: deployment ${by.deployment} of ledger ${by.ledger}${by.identity === '' ? '' : `, as ${by.identity}`}, since ${since}; it keeps the namespace until ${until}, longer while it works. Nothing was done.`,
    {
      next: [
        {
          person: `the person who runs ${by.deployment} there`,
          action: `complete it, or abandon it (infragate abandon ${by.deployment}); left alone, the namespace is free at ${until}`,
        },
        {
          person: 'a person who may delete Leases in this namespace',
          action: `if that ledger is no more: kubectl -n ${namespace} delete lease infragate`,
        },
        { tool: 'deployment-status', arguments: { deployment: d.id } },
      ],
    },
  );

const unable = (namespace: string, why: string): string =>
  `no Lease could be written in ${namespace}, so another ledger is not kept out (${why}); get, create, update and delete of leases.coordination.k8s.io would do`;

/** Part of the answer; engine/answer.ts writes them below its text. */
function warned(value: Record<string, unknown>, warnings: readonly string[]): Record<string, unknown> {
  if (warnings.length === 0) return value;
  const before = Array.isArray(value.warnings) ? value.warnings : [];
  return { ...value, warnings: [...before, ...warnings] };
}

/** What was taken is kept for longer. Never throws: the next step reports a cluster that does not respond. */
async function renew({ run, d, lost: report }: LeaseRequest, holder: Holder): Promise<void> {
  try {
    const { takeNamespaceLease } = await import('../apply/index.ts');
    const writer = (await run.cluster()).under(undefined).writer();
    for (const { name } of d.target.namespaces) {
      const taken = await takeNamespaceLease(writer, name, holder, KEPT_MS);
      if (taken.kind === 'others') report(`another ledger has taken the namespace ${name} (${taken.held.by.ledger})`);
    }
  } catch (error) {
    if (!(error instanceof Refused)) printError(`infragate: the Lease was not renewed: ${String(error)}`);
  }
}

/** Released, unless another deployment of this ledger is at work there. */
export async function releaseNamespaces(engine: Ours, run: Pick<OpeningRun, 'cluster'>, d: Whose): Promise<void> {
  const { releaseNamespaceLease } = await import('../apply/index.ts');
  const { deployments } = await loadSome(engine, { open: true, cluster: d.target.cluster });
  const busy = new Set(
    deployments.filter((other) => other.id !== d.id && works(other, engine.now())).flatMap(placesOf),
  );
  const writer = (await run.cluster()).under(undefined).writer();
  const holder = { ledger: await engine.ledger.identity(), deployment: d.id };
  for (const { name } of d.target.namespaces) {
    if (!busy.has(`${d.target.cluster}/${name}`)) await releaseNamespaceLease(writer, name, holder);
  }
}

const placesOf = (d: Deployment) => d.target.namespaces.map(({ name }) => `${d.target.cluster}/${name}`);

const works = (d: Deployment, now: string): boolean =>
  openRuns(d, now).some(({ tool }) => {
    const step: Step | undefined = Object.entries(STEPS).find(([name]) => name === tool)?.[1];
    return step?.namespaceLease !== undefined;
  });

/** Nothing depends on it: a Lease that is not released ends by itself. */
async function inTime(releasing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, RELEASE_MAX_MS);
  });
  try {
    await Promise.race([releasing, enough]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  } finally {
    clearTimeout(timer);
  }
}
