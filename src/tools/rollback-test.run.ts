import { called, differences } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { ReadingRun, ToolRun, WritingRun } from '../engine/tool.ts';
import { readRollback } from '../plan/index.ts';
import {
  type Deployment,
  fail,
  pass,
  plan,
  type Refusal,
  refuse,
  unknown,
  type Verdict,
  worst,
} from '../workflow/index.ts';
import { recordProof } from './observe.ts';
import { type LiveObject, lookAtPhase } from './phase/live.ts';
import { drifted } from './phase/read-plan.ts';
import { rollbackSteps, tryStep } from './phase/rollback.ts';
import { type StoredPhase, type StoredPlan, storedPhase } from './phase/stored.ts';
import { wayBack } from './phase/undo.ts';
import { type Rehearsal, rehearse, type Unrehearsable } from './rehearsal/index.ts';
import type { Input, Output } from './rollback-test.ts';

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

  const dry = await tryDry(run, d, found.phase);
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
    ...(real === undefined ? {} : { facet: 'rehearsed' as const, about: [`phase:${number}`] }),
  });
  return {
    kind: 'answer',
    value: {
      status: { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' }[verdict.status],
      ...tried,
      irreversible: found.phase.irreversible,
      evidence,
      summary: [
        `${verdict.status.toUpperCase()}: ${verdict.message}`,
        ...(real === undefined ? [] : rehearsalLines(real, verdict)),
        ...dry.steps.map((s) => `- ${s.action} ${s.object}: ${s.message}`),
        ...found.phase.irreversible.map((i) => `- can't be undone: ${String(i)}`),
      ].join('\n'),
    },
  };
};

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

type Dry = {
  readonly steps: readonly { object: string; action: string; status: string; message: string }[];
  readonly unrehearsable: readonly Unrehearsable[];
  readonly verdict: Verdict;
};

/** Each step through the API server's dry run, as this identity. A reading run: it can't write. */
async function tryDry(run: ReadingRun, d: Deployment, phase: StoredPhase): Promise<Dry> {
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
  const { parseCommand, programExists } = await import('../commands/index.ts');
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

const OUTPUT_SHOWN = 400;

/** A rehearsal as evidence and answers have it. */
function shownOf({ verdict, namespace, borrowed, attempt }: Rehearsal) {
  return {
    status: verdict.status,
    reason: verdict.reason,
    message: verdict.message,
    ...(namespace === undefined ? {} : { namespace }),
    borrowed,
    ...(attempt === undefined
      ? {}
      : {
          ...attempt,
          commands: attempt.commands.map((c) => ({
            command: c.command,
            exit_code: c.exit_code,
            output: c.output.slice(0, OUTPUT_SHOWN),
          })),
        }),
  };
}

function rehearsalLines({ namespace, attempt, unrehearsable, verdict: own }: Rehearsal, verdict: Verdict): string[] {
  const { wrong = [], incomplete = [], remaining = [] } = attempt ?? {};
  return [
    ...(own.message === verdict.message ? [] : [`Rehearsal: ${own.status.toUpperCase()}: ${own.message}`]),
    ...(namespace === undefined
      ? []
      : [`Rehearsed in ${namespace}, which is gone.`].filter(() => own.reason !== 'CopyNotGone')),
    ...[...wrong, ...incomplete].map((text) => `- ${text}`),
    ...remaining.map((r) => `- stays: ${r.object}: ${r.why}`),
    ...unrehearsable.map((u) => `- not rehearsed: ${u.object ?? `\`${u.command}\``}: ${u.why}`),
  ];
}

const cancelled = (phase: number, real: Rehearsal | undefined): Output => ({
  status: 'CANCELLED',
  phase,
  steps: [],
  irreversible: [],
  unrehearsable: [],
  summary: `rollback-test of phase ${phase} was cancelled; nothing was concluded.${
    real?.verdict.reason === 'CopyNotGone' ? ` ${real.verdict.message}` : ''
  }`,
});
