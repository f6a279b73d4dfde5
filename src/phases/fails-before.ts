import { createHash } from 'node:crypto';
import { observation, stamp } from '../engine/observe.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { canonical, type Deployment, fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import { type CommandOutcome, runCommands } from './commands.ts';
import { secretsToHide } from './secrets.ts';
import { filesOf, type StoredPhase, type StoredPlan } from './stored.ts';

/**
 * A validation that passes before its phase is applied proves nothing about the phase. Those that the plan marks
 * `must_fail_before` are run before anything is applied, and the gate asks the record whether they failed then.
 */

/** What has not passed within this time has not passed before: a command may wait for what the phase brings. */
const MOST_MS = 60_000;

/** The command and the files it may read: with other content it is another question. */
const subjectOf = (stored: StoredPlan, phase: StoredPhase, command: string): string => {
  const asked = canonical({ command, files: filesOf(stored, phase.number) });
  return `before:${phase.number}:${createHash('sha256').update(asked).digest('hex').slice(0, 16)}`;
};

/** Seen to fail once, before an apply of this deployment: it can tell. Otherwise what its latest run said. */
function seenBefore(d: Deployment, stored: StoredPlan, phase: StoredPhase, command: string): Verdict | undefined {
  const seen = d.observations.get(subjectOf(stored, phase, command)) ?? [];
  return (seen.find((o) => o.verdict.status === 'pass') ?? seen.at(-1))?.verdict;
}

/** Runs those that were not seen to fail yet, and records each. → what stops the apply, in one sentence each. */
export async function runBeforeApply(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<readonly Verdict[]> {
  const open = (phase.must_fail_before ?? []).filter(
    (command) => seenBefore(d, stored, phase, command)?.status !== 'pass',
  );
  if (open.length === 0) return [];
  run.progress(`phase ${phase.number}: running ${open.length} validations that have to fail before it is applied`);
  const reader = await run.reader();
  const outcomes = await runCommands(run, open, {
    timeoutMs: Math.min(phase.timeout_ms, MOST_MS),
    stopAtFailure: false,
    files: filesOf(stored, phase.number),
    writes: false,
    secrets: () => secretsToHide(reader, d, stored),
  });
  const by = await stamp(run, 'apply-phase');
  for (const outcome of outcomes) {
    const { command, exit_code, duration_ms, output } = outcome;
    const seen = await observation(run, by, {
      subject: subjectOf(stored, phase, command),
      verdict: verdictOf(outcome),
      asked: `does \`${command}\` fail before phase ${phase.number} is applied?`,
      evidence: { command, exit_code, duration_ms, output },
    });
    await run.record({ ...seen, bound: phase.bound });
  }
  return outcomes.map(verdictOf).filter((verdict) => verdict.status !== 'pass');
}

/** The shell's codes for a program that isn't there or can't be started. */
const NOT_RUN = new Set([126, 127]);

function verdictOf({ command, exit_code, verdict }: CommandOutcome): Verdict {
  if (verdict.status === 'pass')
    return fail(
      'ValidationPassedBefore',
      `\`${command}\` passed before the phase was applied, so it proves nothing about the phase: revise the plan with a command that fails until the phase is there, or leave must_fail_before out`,
    );
  if (verdict.reason === 'PlanDrift' || (exit_code === null && verdict.reason !== 'CommandTimedOut'))
    return unknown('ValidationNotRun', `whether it fails before the phase is applied is unknown: ${verdict.message}`);
  if (exit_code !== null && NOT_RUN.has(exit_code))
    return unknown('ValidationNotRun', `it could not be run before the phase was applied: ${verdict.message}`);
  return pass('FailedBefore', `it failed before the phase was applied: ${verdict.message}`);
}

/** One check for each validation that has to fail before. */
export const validationsBefore = (d: Deployment, stored: StoredPlan, phase: StoredPhase): PhaseCheck[] =>
  (phase.must_fail_before ?? []).map((command) =>
    phaseCheck(
      `before: ${command}`,
      seenBefore(d, stored, phase, command) ??
        fail(
          'ValidationNotRunBefore',
          `\`${command}\` was not run before the phase was applied: call apply-phase {phase_number: ${phase.number}}; if the phase is there already, roll it back first`,
        ),
    ),
  );
