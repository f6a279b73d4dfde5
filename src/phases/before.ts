import { called } from '../apply/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { isFile, type LoadedPlan, type Problem, readRollback, type World } from '../plan/index.ts';
import type { Deployment, PlacedObject } from '../workflow/index.ts';
import { effectsOf, type Scope, type Target } from './effects.ts';
import { isMisspelt, tryCommands } from './try-commands.ts';

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
const isReplaced = ({ live }: Target): boolean =>
  ['Pod', 'ReplicaSet'].includes(live.kind) && (live.metadata.ownerReferences ?? []).some((o) => o.controller === true);

export type Destroyed = {
  readonly command: string;
  readonly deletes: readonly Target[];
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

/** What these commands delete of what is there now, as far as it can be known beforehand. */
export async function deletedBy(scope: Scope, commands: readonly string[]): Promise<PlacedObject[]> {
  const effects = await Promise.all(commands.map((command) => effectsOf(scope, command)));
  return effects.flatMap(({ deletes }) => deletes.filter((one) => !isReplaced(one)).map(({ object }) => object));
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
  run: ReadingRun,
  world: World,
  d: Deployment,
  loaded: LoadedPlan,
): Promise<Problem[]> {
  const scope = { reader: await run.reader(), world, namespace: d.target.namespace };
  const found: Problem[] = [];
  for (const [index, phase] of loaded.plan.phases.entries()) {
    const files = (loaded.phases[index]?.pinned ?? []).filter(isFile);
    for (const [at, entry] of phase.rollback.entries()) {
      const step = readRollback(entry);
      if (step.kind !== 'command') continue;
      const path = `phases[${index}].rollback[${at}]`;
      const [destroyed] = await destroyedBy(scope, d, [step.command]);
      if (destroyed !== undefined) found.push({ path, severity: 'error', message: destroyedText(destroyed) });
      else found.push(...(await triedNow(run, scope, d, { path, command: step.command, files })));
    }
  }
  return found;
}

/** A command that already finds what it names is tried by kubectl's own dry run; before there is anything, it can't be. */
async function triedNow(
  run: ReadingRun,
  scope: Scope,
  d: Deployment,
  { path, command, files }: { path: string; command: string; files: LoadedPlan['pinned'] },
): Promise<Problem[]> {
  const { deletes, changes } = await effectsOf(scope, command);
  if (deletes.length + changes.length === 0) return [];
  const [tried] = await tryCommands(run, [command], { files, secrets: async () => [] });
  if (tried === undefined || tried.verdict.status === 'unknown') return [];
  if (tried.verdict.status === 'fail')
    return [{ path, severity: isMisspelt(tried) ? 'error' : 'note', message: tried.verdict.message }];
  const existed = existedBefore(d);
  const theirs = changes.filter((one) => existed(bornOf(one.live))).map(({ object }) => called(object));
  return theirs.length === 0
    ? []
    : [
        {
          path,
          severity: 'note',
          message: `\`${command}\` changes ${theirs.join(', ')}, which existed before this plan`,
        },
      ];
}
