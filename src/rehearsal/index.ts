import type { Removal } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import type { WritingRun } from '../engine/tool.ts';
import { at, textAt } from '../objects/index.ts';
import { added, type Inventory, inventory, namesOf, rewritten, vanished } from '../phases/inventory.ts';
import { scalersIn } from '../phases/live.ts';
import { worldOf } from '../phases/prepare.ts';
import { secretsToHide } from '../phases/secrets.ts';
import { filesOf, type StoredPhase, type StoredPlan } from '../phases/stored.ts';
import { wayBack } from '../phases/undo.ts';
import { type Deployment, fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { type Attempt, attempt } from './attempt.ts';
import { beyondTheCopy } from './commands.ts';
import { planCopy, type Unrehearsable } from './copy.ts';
import { closeScratch, openScratch, scratchName } from './scratch.ts';

/**
 * A rollback taken for real, in a namespace made for it: phases 1 to n are copied there, phase n is rolled back there,
 * and then the namespace goes. In: a phase of the approved plan. Out: what came of it, and what could not be tried.
 * Nothing is written anywhere else, and it is looked whether that is so.
 */
export type Rehearsal = {
  readonly namespace?: string;
  readonly borrowed: readonly string[];
  readonly attempt?: Attempt;
  readonly unrehearsable: readonly Unrehearsable[];
  readonly verdict: Verdict;
};

export type { Unrehearsable };

/** The longest a rehearsal takes, and after that, how long until others may take its namespace for forgotten. */
export const REHEARSAL_MS = 30 * 60_000;
const EXPIRES_AFTER_MS = 10 * 60_000;

export async function rehearse(
  run: WritingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Rehearsal> {
  await run.writer();
  // Clean-up goes on when the run is cancelled: what is there must be taken out.
  const writer = (await run.cluster()).under(undefined).writer();
  const name = scratchName(d.target.namespace);
  const copy = await planCopy(run, writer, d, stored, phase, name);
  const commands = await sorted(run, writer, d, phase);
  const unrehearsable = [...copy.unrehearsable, ...commands.beyond];
  const borrowed = copy.borrowed.map((o) => `${o.kind}/${o.metadata.name}`);
  if (copy.phases.every((p) => p.number !== phase.number || p.objects.length === 0) && commands.runnable.size === 0) {
    const message = `nothing of phase ${phase.number} can be tried in a copy`;
    return { borrowed, unrehearsable, verdict: unknown('NothingToRehearse', message) };
  }

  const original = await originalOf(writer, d);
  const secrets = () => secretsToHide(writer, d, stored);
  const expires = new Date(Date.parse(run.now()) + REHEARSAL_MS + EXPIRES_AFTER_MS).toISOString();
  const by = { deployment: d.id, run: run.id, expires };
  const scratch = await openScratch(run, writer, d.target.namespace, { name, by });
  let tried: Attempt | undefined;
  let removal: Removal;
  try {
    tried = await attempt(run, writer, scratch, copy, phase, {
      runnable: commands.runnable,
      files: filesOf(stored, phase.number),
      secrets,
    });
  } finally {
    removal = await closeScratch(run, writer, scratch);
  }
  const changed = changesIn(original, await originalOf(writer, d));
  return {
    namespace: name,
    borrowed,
    attempt: tried,
    unrehearsable,
    verdict: verdictOf(phase, tried, { removal, changed, skipped: unrehearsable.length }),
  };
}

/** The rollback's commands: those that can be run against the copy, and why not of the others. */
async function sorted(run: WritingRun, reader: Reader, d: Deployment, phase: StoredPhase) {
  const discovery = await reader.discovery();
  if (!discovery.ok) throw lost(discovery.error);
  const reach = { world: await worldOf(run, d), discovery: discovery.value };
  const runnable = new Set<string>();
  const beyond: Unrehearsable[] = [];
  for (const command of wayBack(phase.rollback).all) {
    const why = await beyondTheCopy(command, reach);
    if (why === undefined) runnable.add(command);
    else beyond.push({ command, why });
  }
  for (const command of phase.commands) beyond.push({ command, why: 'commands of apply-phase are not run in a copy' });
  return { runnable, beyond };
}

type Original = { readonly inventory: Inventory; readonly scaled: ReadonlySet<string> };

async function originalOf(reader: Reader, d: Deployment): Promise<Original> {
  const { namespace } = d.target;
  const scalers = await scalersIn(reader, [namespace]);
  return {
    inventory: await inventory(reader, namespace),
    scaled: new Set(
      scalers.map((s) => at(s, 'spec', 'scaleTargetRef')).map((ref) => `${textAt(ref, 'kind')}/${textAt(ref, 'name')}`),
    ),
  };
}

/** In sentences. What an autoscaler sets is the autoscaler's. */
function changesIn(before: Original, now: Original): string[] {
  const appeared = added(before.inventory, now.inventory);
  const gone = vanished(before.inventory, now.inventory);
  const other = rewritten(before.inventory, now.inventory).filter((t) => !before.scaled.has(t.name));
  return [
    ...(appeared.length === 0 ? [] : [`new: ${namesOf(appeared)}`]),
    ...(gone.length === 0 ? [] : [`gone: ${namesOf(gone)}`]),
    ...(other.length === 0 ? [] : [`changed: ${namesOf(other)}`]),
  ];
}

function verdictOf(
  phase: StoredPhase,
  tried: Attempt,
  more: { readonly removal: Removal; readonly changed: readonly string[]; readonly skipped: number },
): Verdict {
  const [wrong] = tried.wrong;
  if (!more.removal.verified) {
    const left = more.removal.remaining.map((r) => r.why).join('; ');
    return fail('CopyNotGone', `what the rehearsal made is not gone: ${left}`);
  }
  if (more.changed.length > 0) {
    return fail(
      'OriginalChanged',
      `the deployment's namespace is not as it was before the rehearsal (${more.changed.join('; ')}); if that was someone else's work, rehearse again`,
    );
  }
  if (wrong !== undefined) {
    const others = tried.wrong.length > 1 ? ` (and ${tried.wrong.length - 1} more)` : '';
    return fail('RollbackIncomplete', `rolling back phase ${phase.number} in a copy: ${wrong}${others}`);
  }
  const [incomplete] = tried.incomplete;
  if (incomplete !== undefined) return unknown('CopyIncomplete', `the copy was not what is deployed: ${incomplete}`);
  const not = more.skipped === 0 ? '' : `; ${more.skipped} things could not be tried in a copy`;
  return pass(
    'RehearsedForReal',
    `phase ${phase.number} was rolled back in a copy: ${tried.removed.length} removed, ${tried.restored.length} restored, nothing left behind${not}`,
  );
}
