import { called, differences } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { readRollback } from '../plan/index.ts';
import { type Deployment, fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { type LiveObject, lookAtPhase } from './live.ts';
import { rollbackSteps, tryStep } from './rollback.ts';
import { secretsToHide } from './secrets.ts';
import { filesOf, type StoredPhase, type StoredPlan } from './stored.ts';
import { tryCommands } from './try-commands.ts';
import { wayBack } from './undo.ts';

/** A phase's way back, tried with dry runs alone. */
export type Dry = {
  readonly steps: readonly { object: string; action: string; status: string; message: string }[];
  readonly unrehearsable: readonly { readonly command: string; readonly why: string }[];
  readonly verdict: Verdict;
};

/** Each step through the API server's dry run, as this identity. A reading run: it can't write. */
export async function tryDry(run: ReadingRun, d: Deployment, stored: StoredPlan, phase: StoredPhase): Promise<Dry> {
  const reader = await run.reader();
  const before = await lookAtPhase(reader, d, phase);
  const steps = await trySteps(reader, d, phase);
  const { all, before: first } = wayBack(phase.rollback);
  const absent = await absentPrograms(all);
  const tried =
    absent.length > 0
      ? []
      : await tryCommands(run, all, {
          files: filesOf(stored, phase.number),
          secrets: () => secretsToHide(reader, d, stored),
        });
  const changed = changedSince(before, await lookAtPhase(reader, d, phase));
  const done = tried.filter((t) => t.verdict.status !== 'unknown');
  return {
    steps: [
      ...done.map(({ command, verdict }) => ({ object: `\`${command}\``, action: 'run', ...shortly(verdict) })),
      ...steps.map(({ verdict, ...step }) => ({ ...step, ...shortly(verdict) })),
    ],
    unrehearsable: [
      ...absent,
      ...tried.flatMap(({ command, verdict }) =>
        verdict.status === 'unknown' ? { command, why: verdict.message } : [],
      ),
    ],
    verdict: dryVerdict(phase, {
      changed,
      absent,
      // A later command may need what the first one does; the first one finds the cluster as it is now.
      first: tried.find((t) => t.command === first[0])?.verdict,
      nothing: all.length === 0,
      steps: steps.map((s) => s.verdict),
    }),
  };
}

const shortly = ({ status, message }: Verdict) => ({ status, message });

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

type Absent = { readonly command: string; readonly why: string };

async function absentPrograms(commands: readonly string[]): Promise<Absent[]> {
  const { programExists } = await import('../commands/index.ts');
  const { parseCommand } = await import('../shell/index.ts');
  return commands.flatMap((command) => {
    const absent = parseCommand(command).programs.filter((program) => !programExists(program));
    return absent.length > 0 ? [{ command, why: `${absent.join(', ')} is not on this machine` }] : [];
  });
}

type Seen = {
  readonly changed: readonly string[];
  readonly absent: readonly Absent[];
  readonly first: Verdict | undefined;
  readonly nothing: boolean;
  readonly steps: readonly Verdict[];
};

function dryVerdict(phase: StoredPhase, { changed, absent, first, nothing, steps }: Seen): Verdict {
  const [missing] = absent;
  const bad = steps.find((v) => v.status !== 'pass');
  if (changed.length > 0) return fail('Changed', `the rehearsal left ${changed.join(', ')} changed`);
  if (missing !== undefined) return fail('CommandMissing', `\`${missing.command}\`: ${missing.why}`);
  if (first?.status === 'fail') return fail('CommandFails', first.message);
  if (bad !== undefined) return bad;
  const keeps = phase.rollback.some((r) => readRollback(r).kind === 'keep');
  if (steps.length === 0 && nothing && !keeps) {
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
