import { recordProof } from '../engine/observe.ts';
import type { ToolRun, WritingRun } from '../engine/tool.ts';
import { drifted } from '../phases/read-plan.ts';
import { type StoredPhase, type StoredPlan, storedPhase } from '../phases/stored.ts';
import { tryDry } from '../phases/try-back.ts';
import { type Rehearsal, rehearse } from '../rehearsal/index.ts';
import { defined } from '../workflow/defined.ts';
import { type Deployment, plan, type Refusal, refuse, worst } from '../workflow/index.ts';
import type { Output, Rehearsed } from './rollback-test.answer.ts';
import type { Input } from './rollback-test.ts';

/**
 * Tries every step of the way back with server-side dry runs, and looks that nothing was changed by trying; with
 * `rehearse`, also for real, in a copy.
 */
export const run: ToolRun<'rollback-test', Input, Output> = async (input, run) => {
  const d = await run.current();
  const number = input.phase_number ?? plan(d)?.phases.at(-1)?.number ?? 1;
  const found = await storedPhase(run, d, number);
  if ('code' in found) return no(found);
  const refusal = input.rehearse === true ? await mayRehearse(run, d, found) : undefined;
  if (refusal !== undefined) return no(refusal);

  const dry = await tryDry(run, d, found.stored, found.phase);
  const real = input.rehearse === true ? await rehearse(run, d, found.stored, found.phase) : undefined;
  if (run.signal.aborted) return { kind: 'answer', value: cancelled(number, real) };
  const verdict = real === undefined ? dry.verdict : worst([real.verdict, dry.verdict]);
  // What the rehearsal says of a command is more than what the dry run can.
  const unrehearsable = real?.unrehearsable ?? dry.unrehearsable;
  const tried = {
    phase: number,
    steps: dry.steps,
    unrehearsable,
    ...(real === undefined ? {} : { rehearsal: shownOf(real) }),
  };
  const evidence = await recordProof(run, 'rollback-test', {
    subject: 'rollback-test',
    verdict,
    asked: `can phase ${number} be rolled back${real === undefined ? '' : ', tried in a copy'}?`,
    evidence: tried,
    about: [`phase:${number}`],
    ...(real === undefined ? {} : { facet: 'rehearsed' as const }),
  });
  return {
    kind: 'answer',
    value: {
      status: STATUS[verdict.status],
      message: verdict.message,
      ...tried,
      irreversible: found.phase.irreversible,
      evidence,
    },
  };
};

const STATUS = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' } as const;

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

const POLICY_KEY = 'rehearsal_namespaces';

/** A rehearsal copies Secrets and runs what the plan runs: the operator says whether that may be, and the files are as approved. */
async function mayRehearse(
  run: WritingRun,
  d: Deployment,
  { stored, phase }: { stored: StoredPlan; phase: StoredPhase },
): Promise<Refusal | undefined> {
  if (run.policy[POLICY_KEY]) return drifted(run, d, stored, phase);
  return refuse(
    'PERSON_NEEDED',
    `rehearse: a rehearsal makes a namespace, copies the phase's objects and the Secrets they name into it, and rolls back there for real. The operator's policy.yaml does not allow it (${POLICY_KEY} is not true). Without rehearse the rollback is tried with dry runs.`,
    {
      next: [
        {
          person: 'the operator',
          action: `set ${POLICY_KEY}: true in policy.yaml of the data folder (${run.home}), and start the server again`,
        },
        { tool: 'rollback-test', arguments: { deployment: d.id, phase_number: phase.number } },
      ],
    },
  );
}

const OUTPUT_SHOWN = 400;

/** A rehearsal as evidence and answers have it. */
function shownOf({ verdict, namespace, borrowed, attempt }: Rehearsal): Rehearsed {
  return defined<Rehearsed>({
    status: verdict.status,
    reason: verdict.reason,
    message: verdict.message,
    namespace,
    borrowed,
    applied: attempt?.applied,
    removed: attempt?.removed,
    restored: attempt?.restored,
    remaining: attempt?.remaining,
    commands: attempt?.commands.map(({ command, exit_code, output }) => ({
      command,
      exit_code,
      output: output.slice(0, OUTPUT_SHOWN),
    })),
    wrong: attempt?.wrong,
    incomplete: attempt?.incomplete,
  });
}

const cancelled = (phase: number, real: Rehearsal | undefined): Output => ({
  status: 'CANCELLED',
  message: `rollback-test of phase ${phase} was cancelled; nothing was concluded.${
    real?.verdict.reason === 'CopyNotGone' ? ` ${real.verdict.message}` : ''
  }`,
  phase,
  steps: [],
  irreversible: [],
  unrehearsable: [],
});
