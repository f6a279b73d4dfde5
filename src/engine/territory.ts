import type { Held, Holder } from '../apply/index.ts';
import { printError } from '../print/index.ts';
import { type Deployment, openRuns, type Refusal, refuse, STEPS, type Step } from '../workflow/index.ts';
import { lost } from './connect.ts';
import { loadSome, type Records } from './record.ts';
import type { Shop } from './shop.ts';
import { type OpeningRun, type Outcome, Refused } from './tool.ts';

/**
 * The namespaces of a deployment, kept for this ledger while it works in them: two ledgers (two people's machines) that
 * apply to one namespace would each take the other's work for drift. Kept between one step and the next, too; after a
 * crash, or when nothing is done for a while, it is free by itself.
 */
const KEPT_MS = 10 * 60_000;
const RENEWED_EVERY_MS = 3 * 60_000;
/** The end of a deployment doesn't wait longer for a cluster that can't be heard. */
const GIVE_MS = 10_000;

type Whose = Pick<Deployment, 'id' | 'target'>;
type Ours = Records & Pick<Shop, 'now'>;

type Wanted = {
  readonly run: Pick<OpeningRun, 'cluster' | 'writer' | 'identity'>;
  readonly d: Whose;
  readonly way: 'take' | 'give' | 'leave';
  /** Told when another ledger has taken it from a run that was asleep for too long. */
  lost(why: string): void;
};

type Answered = Outcome<Record<string, unknown>>;

/** Runs a step with its namespaces kept, as its row of the table says. */
export async function inTerritory(
  shop: Ours,
  wanted: Wanted,
  step: () => Promise<Answered>,
  renewedEveryMs = RENEWED_EVERY_MS,
): Promise<Answered> {
  if (wanted.way === 'leave') return step();
  if (wanted.way === 'give') {
    const outcome = await step();
    if (outcome.kind === 'answer') await inTime(give(shop, wanted.run, wanted.d));
    return outcome;
  }
  const taken = await take(shop, wanted).catch(refused);
  if ('code' in taken) return { kind: 'refusal', refusal: taken };
  const timer = setInterval(() => void renew(wanted, taken.holder), renewedEveryMs);
  timer.unref();
  try {
    const outcome = await step();
    if (outcome.kind === 'refusal' && taken.fresh) await inTime(give(shop, wanted.run, wanted.d));
    else await renew(wanted, taken.holder);
    return outcome.kind === 'answer' ? { ...outcome, value: warned(outcome.value, taken.warnings) } : outcome;
  } finally {
    clearInterval(timer);
  }
}

function refused(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  throw error;
}

type Territory = { readonly holder: Holder; readonly fresh: boolean; readonly warnings: readonly string[] };

async function take(shop: Ours, { run, d }: Wanted): Promise<Territory | Refusal> {
  const { takeHold } = await import('../apply/index.ts');
  const writer = await run.writer();
  const holder = { ledger: await shop.ledger.identity(), deployment: d.id, identity: await run.identity() };
  const warnings: string[] = [];
  let fresh = false;
  for (const { name } of d.target.namespaces) {
    const taken = await takeHold(writer, name, holder, KEPT_MS);
    if (taken.kind === 'unheard') throw lost(taken.error);
    if (taken.kind === 'others') {
      if (fresh) await inTime(give(shop, run, d));
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
          person: `whoever runs ${by.deployment} there`,
          action: `complete it, or abandon it (infragate abandon ${by.deployment}); left alone, the namespace is free at ${until}`,
        },
        {
          person: 'whoever may delete Leases here',
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

/** What was taken is kept for longer. Never throws: a cluster that can't be heard now is told by the next step. */
async function renew({ run, d, lost: tell }: Wanted, holder: Holder): Promise<void> {
  try {
    const { takeHold } = await import('../apply/index.ts');
    const writer = (await run.cluster()).under(undefined).writer();
    for (const { name } of d.target.namespaces) {
      const taken = await takeHold(writer, name, holder, KEPT_MS);
      if (taken.kind === 'others') tell(`another ledger has taken the namespace ${name} (${taken.held.by.ledger})`);
    }
  } catch (error) {
    if (!(error instanceof Refused)) printError(`infragate: the Lease was not renewed: ${String(error)}`);
  }
}

/** Given back, unless another deployment of this ledger is at work there. */
export async function give(shop: Ours, run: Pick<OpeningRun, 'cluster'>, d: Whose): Promise<void> {
  const { giveHold } = await import('../apply/index.ts');
  const { deployments } = await loadSome(shop, { open: true, cluster: d.target.cluster });
  const busy = new Set(deployments.filter((other) => other.id !== d.id && works(other, shop.now())).flatMap(placesOf));
  const writer = (await run.cluster()).under(undefined).writer();
  const holder = { ledger: await shop.ledger.identity(), deployment: d.id };
  for (const { name } of d.target.namespaces) {
    if (!busy.has(`${d.target.cluster}/${name}`)) await giveHold(writer, name, holder);
  }
}

const placesOf = (d: Deployment) => d.target.namespaces.map(({ name }) => `${d.target.cluster}/${name}`);

const works = (d: Deployment, now: string): boolean =>
  openRuns(d, now).some(({ tool }) => {
    const step: Step | undefined = Object.entries(STEPS).find(([name]) => name === tool)?.[1];
    return step?.territory !== undefined;
  });

/** Nothing depends on it: a Lease that isn't given back is free by itself. */
async function inTime(giving: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GIVE_MS);
  });
  try {
    await Promise.race([giving, enough]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  } finally {
    clearTimeout(timer);
  }
}
