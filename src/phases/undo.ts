import { address, type BeforeImage, called, removeAll, restore, sameObject } from '../apply/index.ts';
import type { Reader, Writer } from '../cluster/index.ts';
import { readRollback } from '../plan/index.ts';
import type { PlacedObject } from '../workflow/index.ts';
import type { RollbackStep } from './rollback.ts';

/** The way back itself, whether it is taken (rollback-phase) or rehearsed in a copy (rollback-test). */

const REMOVE_TIMEOUT_MS = 120_000;

/** The plan's commands before and after its `undo`; without one, what is left when they have run is undone. */
export function wayBack(rollback: readonly string[]): { all: string[]; before: string[]; after: string[] } {
  const entries = rollback.map(readRollback);
  const undo = entries.findIndex((e) => e.kind === 'undo');
  const commands = (list: typeof entries) => list.flatMap((e) => (e.kind === 'command' ? [e.command] : []));
  const before = undo < 0 ? entries : entries.slice(0, undo);
  const after = undo < 0 ? [] : entries.slice(undo + 1);
  return { all: commands(entries), before: commands(before), after: commands(after) };
}

export type Undone = {
  readonly restored: string[];
  readonly removed: string[];
  /** There again under another UID: what it held is lost. */
  readonly recreated: string[];
  /** As before already: nothing was written. */
  readonly untouched: string[];
  readonly failures: { readonly object: string; readonly why: string }[];
};

export type UndoOptions = {
  /** The object as it was before it was changed. */
  before(step: RollbackStep): Promise<BeforeImage | undefined>;
  /** Told of each object that is seen to be restored or gone. */
  gone(step: RollbackStep): Promise<void>;
  /** It is a copy: nobody's data is in its Pods. */
  readonly hurry?: boolean;
  progress(message: string): void;
};

/** What apply-phase did, in reverse: by UID what it created, from the before-image what it changed. */
export async function undo(writer: Writer, steps: readonly RollbackStep[], options: UndoOptions): Promise<Undone> {
  const done = { restored: [] as string[], recreated: [] as string[], unchanged: [] as string[] };
  const failures: { object: string; why: string }[] = [];
  for (const step of steps.filter((s) => s.action === 'restore')) {
    const image = await options.before(step);
    if (image === undefined) {
      failures.push({ object: called(step.object), why: 'its before-image is not in the ledger' });
      continue;
    }
    const result = await restore(writer, step.object, image);
    if (result.status === 'failed') failures.push({ object: called(step.object), why: result.message });
    else {
      done[result.status].push(called(step.object));
      await options.gone(step);
    }
  }
  const created = steps.filter((s) => s.action === 'remove');
  const removal = await removeAll(
    writer,
    [...created].reverse().map((s) => ({ ref: s.object, run: s.run })),
    { timeoutMs: REMOVE_TIMEOUT_MS, hurry: options.hurry ?? false, progress: options.progress },
  );
  const gone = created.filter((step) => !removal.remaining.some((r) => sameObject(r.ref, step.object)));
  for (const step of gone) await options.gone(step);
  return {
    restored: done.restored,
    recreated: done.recreated,
    untouched: done.unchanged,
    removed: gone.map((s) => called(s.object)),
    failures: [...removal.remaining.map((r) => ({ object: called(r.ref), why: r.why })), ...failures],
  };
}

/** Of ours nothing is left, but the name is: someone made another object of it, which is not ours to take away. */
export async function takenOver(reader: Reader, ours: readonly PlacedObject[]) {
  const looks = await Promise.all(
    ours.map(async (ref) => {
      const there = await reader.getIfThere(address(ref));
      const other = there.ok && there.value !== undefined && there.value.metadata.uid !== ref.uid;
      return other
        ? [{ object: called(ref), why: 'someone else made another one of that name; it is left alone' }]
        : [];
    }),
  );
  return looks.flat();
}
