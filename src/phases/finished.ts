import { address, called, differences, refOf } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { conditionOf, identityOf, identityOfObject, type KubeObject, kindKey, numberAt } from '../objects/index.ts';
import {
  type Deployment,
  fail,
  type Observation,
  type PlacedObject,
  pass,
  sameObject,
  type Verdict,
} from '../workflow/index.ts';
import { placedBy, type StoredPhase } from './stored.ts';

/**
 * A Job runs once. What it came to is recorded when it is seen, because its TTL may remove it before anyone asks: from
 * then on the record speaks for it, and no phase runs it a second time by itself.
 */
const JOB = { apiVersion: 'batch/v1', kind: 'Job' } as const;

export const isJob = (object: KubeObject): boolean => kindKey(object) === 'Job.batch';

const subjectOf = (ref: PlacedObject, home: string): string => `finished:${identityOf(ref, home)}`;

/** What a Job came to; undefined while it runs. */
export function outcomeOf(job: KubeObject): Verdict | undefined {
  const name = `${job.kind}/${job.metadata.name ?? ''}`;
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') return fail(failed.reason || 'JobFailed', `${name} failed: ${failed.message}`);
  return conditionOf(job, 'Complete')?.status === 'True' ? pass('Complete', `${name} completed`) : undefined;
}

/** Puts on record what a Job came to, once. */
export async function recordFinished(run: ReadingRun, phase: StoredPhase, job: KubeObject, via: string): Promise<void> {
  const verdict = outcomeOf(job);
  const d = await run.current();
  const { uid } = job.metadata;
  if (verdict === undefined || uid === undefined || finishedOf(d, refOf(job)) !== undefined) return;
  await run.record({
    type: 'observed',
    subject: subjectOf(refOf(job), d.target.namespace),
    verdict,
    at: await run.place(job.metadata.namespace),
    asked: `what did ${called(refOf(job))} come to?`,
    via,
    run: run.id,
    bound: phase.bound,
    uid,
    body: await run.put(JSON.stringify(job)),
  });
}

/** What was recorded of the very Job with this UID. */
export const finishedOf = (d: Deployment, ref: PlacedObject): Observation | undefined =>
  d.observations.get(subjectOf(ref, d.target.namespace))?.findLast((o) => ref.uid !== undefined && o.uid === ref.uid);

/** The Job as it was when it was seen to be finished. */
export async function finishedJob(run: ReadingRun, seen: Observation): Promise<KubeObject | undefined> {
  const text = seen.body === undefined ? undefined : await run.get(seen.body);
  return text === undefined ? undefined : (JSON.parse(text) as KubeObject);
}

const hasTtl = (job: KubeObject): boolean => numberAt(job, 'spec', 'ttlSecondsAfterFinished') !== undefined;

/** A Job that is not there: done, if it was seen to complete and its own TTL takes it away. */
export function goneVerdict(
  d: Deployment,
  phase: Pick<StoredPhase, 'number'>,
  manifest: KubeObject,
  ref: PlacedObject,
): Verdict | undefined {
  if (!isJob(manifest)) return undefined;
  const placed = placedBy(d, phase.number).find(({ object }) => sameObject(object, ref, d.target.namespace));
  if (placed?.object.uid === undefined) return undefined;
  const seen = finishedOf(d, placed.object);
  const back = `rollback-phase {phase_number: ${phase.number}, execute: true} and apply it again to run it again`;
  if (seen === undefined) return fail('NotSeenToFinish', `${called(ref)} is gone, and was not seen to finish; ${back}`);
  if (seen.verdict.status !== 'pass')
    return fail(seen.verdict.reason, `${seen.verdict.message}; it is gone now: ${back}`);
  if (!hasTtl(manifest)) return fail('Deleted', `${called(ref)} completed and was deleted afterwards; ${back}`);
  return pass('CompleteAndGone', `${called(ref)} was seen to complete at ${seen.seen}, and its TTL removed it`);
}

export type Settled = { readonly manifest: KubeObject; readonly ref: PlacedObject; readonly verdict: Verdict };

/**
 * The phase's Jobs that apply-phase may not create again: they ran, as this manifest has them, and are gone. A Job whose
 * manifest was changed since is another one, and runs.
 */
export async function notToRunAgain(
  run: ReadingRun,
  reader: Reader,
  d: Deployment,
  phase: StoredPhase,
): Promise<Settled[]> {
  const looks = await Promise.all(
    phase.objects.filter(isJob).map(async (manifest): Promise<Settled[]> => {
      const { name = '', namespace = d.target.namespace } = manifest.metadata;
      const ref = { ...JOB, name, namespace };
      const placed = placedBy(d, phase.number).find(({ object }) => sameObject(object, ref, d.target.namespace));
      const verdict = goneVerdict(d, phase, manifest, ref);
      if (placed?.applied === undefined || verdict === undefined) return [];
      const there = await reader.getIfThere(address(ref));
      if (!there.ok || there.value !== undefined) return [];
      const then = await run.get(placed.applied);
      const now = await reader.dryRun(manifest, { verb: 'apply', namespace });
      const changed =
        then !== undefined && now.ok && differences(JSON.parse(then) as KubeObject, now.value.object).length > 0;
      return changed ? [] : [{ manifest, ref, verdict }];
    }),
  );
  return looks.flat();
}

/**
 * Watches the Jobs that would be gone before the gate looks, from the version at which they were created, so that no
 * state is missed: even a Job without a second to live is last seen in its DELETED event.
 */
export async function watchToTheEnd(
  run: ReadingRun,
  reader: Reader,
  phase: StoredPhase,
  jobs: readonly KubeObject[],
  timeoutMs: number,
): Promise<void> {
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(timeoutMs)]);
  await Promise.all(
    jobs
      .filter((job) => isJob(job) && hasTtl(job) && outcomeOf(job) === undefined)
      .map(async (job) => {
        run.progress(`waiting for ${identityOfObject(job)} to finish, because its TTL removes it afterwards`);
        const finished = await firstFinished(reader, job, signal);
        if (finished !== undefined) await recordFinished(run, phase, finished, 'apply-phase');
      }),
  );
}

async function firstFinished(reader: Reader, job: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  const { name = '', namespace, uid, resourceVersion } = job.metadata;
  const end = new AbortController();
  const events = reader.watch(JOB, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    signal: AbortSignal.any([signal, end.signal]),
  });
  try {
    for await (const event of events) {
      if (event.type === 'FAILED') return undefined;
      if (event.type === 'INTERRUPTED') continue;
      const seen = event.type === 'LISTED' ? event.objects : [event.object];
      const own = seen.find((object) => object.metadata.uid === uid);
      if (own !== undefined && outcomeOf(own) !== undefined) return { ...own, ...JOB };
      // After a gap, a list without it: nobody saw how it ended.
      if (event.type === 'DELETED' || (event.type === 'LISTED' && own === undefined)) return undefined;
    }
    return undefined;
  } finally {
    end.abort();
  }
}
