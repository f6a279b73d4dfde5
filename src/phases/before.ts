import { called } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/index.ts';
import { type LoadedPlan, type Problem, readRollback, type World } from '../plan/index.ts';
import type { Deployment } from '../workflow/index.ts';
import { type Deletion, effectsOf, type Scope } from './effects.ts';

/** The API server's clock and ours may differ by this much, and its timestamps have whole seconds. */
const CLOCKS_MS = 2_000;

/**
 * Was this object there before the deployment put anything there? What apply-phase created is on record by UID; what a
 * phase's own commands created is known by the time at which it came to be: while apply-phase ran.
 */
export function existedBefore(
  d: Deployment,
): (object: { readonly uid?: string; readonly created?: string }) => boolean {
  const ours = new Set(
    d.placements.flatMap((p) =>
      p.purpose === 'phase' && p.before === undefined && p.object.uid !== undefined ? [p.object.uid] : [],
    ),
  );
  const applying = [...d.runs.values()]
    .filter((run) => run.tool === 'apply-phase')
    .map((run) => ({
      from: Date.parse(run.begun) - CLOCKS_MS,
      to: run.ended === undefined ? Number.POSITIVE_INFINITY : Date.parse(run.ended.at) + CLOCKS_MS,
    }));
  return ({ uid = '', created = '' }) => {
    if (ours.has(uid)) return false;
    const at = Date.parse(created);
    return !applying.some(({ from, to }) => at >= from && at <= to);
  };
}

const bornOf = ({ metadata: { uid, creationTimestamp } }: KubeObject) => ({
  ...(uid === undefined ? {} : { uid }),
  ...(creationTimestamp === undefined ? {} : { created: creationTimestamp }),
});

/** A Pod that a controller made is made again by it, and holds nothing of its own. */
const isReplaced = ({ live }: Deletion): boolean =>
  ['Pod', 'ReplicaSet'].includes(live.kind) && (live.metadata.ownerReferences ?? []).some((o) => o.controller === true);

export type Destroyed = {
  readonly command: string;
  readonly deletes: readonly Deletion[];
  readonly unknown: readonly string[];
};

/** Of these commands, those that would delete what existed before the plan, or something that can't be known beforehand. */
export async function destroyedBy(scope: Scope, d: Deployment, commands: readonly string[]): Promise<Destroyed[]> {
  const existed = existedBefore(d);
  const looks = await Promise.all(
    commands.map(async (command): Promise<Destroyed> => {
      const { deletes, unknown } = await effectsOf(scope, command);
      return { command, unknown, deletes: deletes.filter((one) => existed(bornOf(one.live)) && !isReplaced(one)) };
    }),
  );
  return looks.filter((one) => one.deletes.length > 0 || one.unknown.length > 0);
}

const SHOWN = 5;

/** One sentence for a person: what the command would destroy, and what to write instead. */
export function destroyedText({ command, deletes, unknown }: Destroyed): string {
  const names = deletes.slice(0, SHOWN).map(({ object }) => called(object));
  const more = deletes.length > SHOWN ? ` and ${deletes.length - SHOWN} more` : '';
  const what =
    deletes.length > 0
      ? `\`${command}\` deletes ${names.join(', ')}${more}, which existed before this plan`
      : `\`${command}\`: ${unknown[0]}`;
  return `${what}. Write "undo" instead: it restores what the plan changed, removes only what the plan created (by UID), and leaves everything else alone`;
}

/** A rollback never destroys what was there before: an error of the plan, before anyone approves it. */
export async function destructiveRollbacks(
  reader: Reader,
  world: World,
  d: Deployment,
  loaded: LoadedPlan,
): Promise<Problem[]> {
  const scope = { reader, world, namespace: d.target.namespace };
  const found = await Promise.all(
    loaded.plan.phases.flatMap((phase, index) =>
      phase.rollback.map(async (entry, at): Promise<Problem[]> => {
        const step = readRollback(entry);
        if (step.kind !== 'command') return [];
        const destroyed = await destroyedBy(scope, d, [step.command]);
        return destroyed.map((one) => ({
          path: `phases[${index}].rollback[${at}]`,
          severity: 'error',
          message: destroyedText(one),
        }));
      }),
    ),
  );
  return found.flat();
}
