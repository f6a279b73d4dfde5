import { called, refOf, type Sight } from '../apply/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { identityOf, identityOfObject, type KubeObject } from '../objects/index.ts';
import { pass } from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import { isJob, outcomeOf, recordFinished } from './finished.ts';
import type { StoredPhase } from './stored.ts';

/** What is seen, with the Jobs that completed and that their TTL has removed: nothing can be seen of those any more. */
export type FinishedJobs = { into(sight: Sight): Promise<Sight> };

export function finishedIn(run: ReadingRun, phase: StoredPhase, done: readonly KubeObject[]): FinishedJobs {
  const seen = new Map(done.map((job) => [identityOfObject(job), job]));
  return {
    async into(sight) {
      for (const root of sight.roots) {
        if (!isJob(root) || seen.has(identityOfObject(root)) || outcomeOf(root) === undefined) continue;
        await recordFinished(run, phase, root, 'phase-gate');
        if (outcomeOf(root)?.status === 'pass') seen.set(identityOfObject(root), root);
      }
      const there = new Set(sight.roots.map((root) => identityOfObject(root)));
      const gone = [...seen].flatMap(([key, job]) => (there.has(key) ? [] : [job]));
      return {
        ...sight,
        roots: [...sight.roots, ...gone],
        tree: [...sight.tree, ...gone],
        absent: sight.absent.filter((ref) => !seen.has(identityOf(ref))),
      };
    },
  };
}

/** Finished Jobs alone: nothing of this phase is left that could be watched. */
export const sightOf = (done: readonly KubeObject[]): Sight => ({
  now: Date.now(),
  roots: done,
  absent: [],
  tree: done,
  events: [],
  blind: [],
  known: () => ({ around: done, now: Date.now() }),
});

export const doneCheck = (job: KubeObject): PhaseCheck =>
  phaseCheck(
    `ready: ${called(refOf(job))}`,
    pass('CompleteAndGone', `${called(refOf(job))} completed; its TTL removed it`),
  );
