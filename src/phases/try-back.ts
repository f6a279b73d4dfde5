import { called, differences } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { readRollback } from '../plan/index.ts';
import { type Deployment, fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { type LiveObject, lookAtPhase } from './live.ts';
import { rollbackSteps, tryStep } from './rollback.ts';
import type { StoredPhase } from './stored.ts';
import { wayBack } from './undo.ts';

/** A phase's way back, tried with dry runs alone. */
export type Dry = {
  readonly steps: readonly { object: string; action: string; status: string; message: string }[];
  readonly unrehearsable: readonly { readonly command: string; readonly why: string }[];
  readonly verdict: Verdict;
};

/** Each step through the API server's dry run, as this identity. A reading run: it can't write. */
export async function tryDry(run: ReadingRun, d: Deployment, phase: StoredPhase): Promise<Dry> {
  const reader = await run.reader();
  const before = await lookAtPhase(reader, d, phase);
  const steps = await trySteps(reader, d, phase);
  const changed = changedSince(before, await lookAtPhase(reader, d, phase));
  const commands = await lookAtCommands(wayBack(phase.rollback).all);
  return {
    steps: steps.map(({ verdict, ...step }) => ({ ...step, status: verdict.status, message: verdict.message })),
    unrehearsable: commands.map(({ command, why }) => ({ command, why })),
    verdict: dryVerdict(phase, { changed, commands, steps: steps.map((s) => s.verdict) }),
  };
}

const trySteps = (reader: Reader, d: Deployment, phase: StoredPhase) =>
  Promise.all(
    rollbackSteps(d, phase).map(async (step) => ({
      object: called(step.object),
      action: step.action,
      verdict: await tryStep(reader, step),
    })),
  );

/** Those that are other objects, or say something else, than a moment ago. */
const changedSince = (before: readonly LiveObject[], after: readonly LiveObject[]): string[] =>
  before
    .filter(({ live: was }, index) => {
      const now = after[index]?.live;
      if (was === undefined || now === undefined) return was !== now;
      return was.metadata.uid !== now.metadata.uid || differences(was, now).length > 0;
    })
    .map(({ ref }) => called(ref));

type LookedAt = { readonly command: string; readonly why: string; readonly absent: boolean };

async function lookAtCommands(commands: readonly string[]): Promise<LookedAt[]> {
  const { programExists } = await import('../commands/index.ts');
  const { parseCommand } = await import('../shell/index.ts');
  return commands.map((command) => {
    const absent = parseCommand(command).programs.filter((program) => !programExists(program));
    return absent.length > 0
      ? { command, why: `${absent.join(', ')} is not on this machine`, absent: true }
      : { command, why: 'a command is not run in a dry run; what it names was tried above', absent: false };
  });
}

function dryVerdict(
  phase: StoredPhase,
  seen: { changed: readonly string[]; commands: readonly LookedAt[]; steps: readonly Verdict[] },
): Verdict {
  const { changed, commands, steps } = seen;
  const missing = commands.find((c) => c.absent);
  const bad = steps.find((v) => v.status !== 'pass');
  if (changed.length > 0) return fail('Changed', `the rehearsal left ${changed.join(', ')} changed`);
  if (missing !== undefined) return fail('CommandMissing', `\`${missing.command}\`: ${missing.why}`);
  if (bad !== undefined) return bad;
  const keeps = phase.rollback.some((r) => readRollback(r).kind === 'keep');
  if (steps.length === 0 && commands.length === 0 && !keeps) {
    return unknown(
      'NothingToTry',
      `phase ${phase.number} has nothing of ours to take back and no rollback command: apply it first`,
    );
  }
  return pass(
    'Rehearsed',
    `${steps.length} steps of phase ${phase.number} can be taken back; nothing was changed by trying`,
  );
}
