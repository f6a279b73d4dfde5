import { address, type BeforeImage, called, isAsBefore } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { Deployment } from '../workflow/index.ts';
import { existedBefore } from './before.ts';
import { type Inventory, inventory, type Thing } from './inventory.ts';
import type { RollbackStep } from './rollback.ts';

/** What a rollback does to one object, or has done: the words of the plan, the preview and the answer. */
export type Outcome = 'removed' | 'restored' | 'recreated' | 'untouched' | 'kept' | 'unfinished';

export type ObjectOutcome = { readonly object: string; readonly outcome: Outcome; readonly why?: string };

export type ImageOf = (step: RollbackStep) => Promise<BeforeImage | undefined>;

/** Where each object stands: asked before the rollback it is what would happen, asked after it what did. */
export async function outcomesOf(
  reader: Reader,
  steps: readonly RollbackStep[],
  imageOf: ImageOf,
  when: 'before' | { readonly after: readonly ObjectOutcome[] },
): Promise<ObjectOutcome[]> {
  return Promise.all(
    steps.map(async (step, index): Promise<ObjectOutcome> => {
      const object = called(step.object);
      if (step.action === 'keep') return { object, outcome: 'kept', why: step.because ?? 'as the plan says' };
      const there = await reader.getIfThere(address(step.object));
      if (!there.ok && there.error.reason !== 'NoKindMatch')
        return { object, outcome: 'unfinished', why: `it can't be seen: ${there.error.message}` };
      const live = there.ok ? there.value : undefined;
      const same = live !== undefined && live.metadata.uid === (step.object.uid ?? live.metadata.uid);
      if (step.action === 'remove')
        return when === 'before' || !same
          ? { object, outcome: 'removed', why: 'the plan created it' }
          : { object, outcome: 'unfinished', why: 'it is still there' };
      if (!same) return { object, outcome: 'recreated', why: 'it was deleted; what it held is lost' };
      const image = await imageOf(step);
      const back = image !== undefined && isAsBefore(image, live);
      if (when === 'before')
        return back
          ? { object, outcome: 'untouched', why: 'it existed before and is as it was' }
          : { object, outcome: 'restored', why: 'it existed before; its fields are put back' };
      const was = when.after[index]?.outcome;
      return back
        ? { object, outcome: was === 'untouched' ? 'untouched' : 'restored' }
        : { object, outcome: 'unfinished', why: 'it is not as it was before the phase' };
    }),
  );
}

/** Everything in the deployment's namespaces that existed before it; taken before a rollback's commands are run. */
export async function existing(reader: Reader, d: Deployment): Promise<readonly Inventory[]> {
  return Promise.all(d.target.namespaces.map(({ name }) => inventory(reader, name)));
}

/**
 * What existed before the deployment and does not exist any more after the rollback's commands, whatever they were: a
 * script says nothing of what it deletes. What a controller owns follows its owner, except a claim, which has data.
 */
export async function destroyed(reader: Reader, d: Deployment, before: readonly Inventory[]): Promise<ObjectOutcome[]> {
  const now = await existing(reader, d);
  const existed = existedBefore(d);
  return before.flatMap((was, index): ObjectOutcome[] => {
    const is = now[index]?.things ?? new Map<string, Thing>();
    const names = new Set([...is.values()].map((thing) => thing.name));
    return [...was.things.values()]
      .filter((thing) => !is.has(thing.uid) && !thing.going && existed(thing))
      .filter((thing) => thing.owners.length === 0 || thing.name.startsWith('PersistentVolumeClaim/'))
      .map((thing) =>
        names.has(thing.name)
          ? {
              object: thing.name,
              outcome: 'recreated',
              why: 'a command of the rollback deleted it; what it held is lost',
            }
          : {
              object: thing.name,
              outcome: 'unfinished',
              why: 'it existed before the plan, and the rollback deleted it',
            },
      );
  });
}
