import { called } from '../apply/index.ts';
import type { ReadingRun, ToolRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { allPass, firstOpen, type PhaseCheck, phaseCheck } from '../phases/check.ts';
import { commandCheck, runCommands } from '../phases/commands.ts';
import { lookForCommits } from '../phases/commit.ts';
import { differsFromPlan } from '../phases/compare.ts';
import { validationsBefore } from '../phases/fails-before.ts';
import { lookAtPhase } from '../phases/live.ts';
import { treeForRecord } from '../phases/makes.ts';
import { drifted } from '../phases/read-plan.ts';
import { recover } from '../phases/recover.ts';
import { releaseChecks } from '../phases/release.ts';
import { rollbackPossible } from '../phases/rollback.ts';
import { secretsToHide } from '../phases/secrets.ts';
import { awaitSettled, stillHolds } from '../phases/settled.ts';
import { allPhases, filesOf, placedBy, type StoredPhase, type StoredPlan, storedPhase } from '../phases/stored.ts';
import { defined } from '../workflow/defined.ts';
import {
  appliedSubject,
  commitCommand,
  type Deployment,
  fail,
  hasPassed,
  type PhaseState,
  pass,
  phases,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import { learningsOn } from './learnings.ts';
import type { Output } from './phase-gate.answer.ts';
import type { Input } from './phase-gate.ts';

/** A command gets the phase's time, and at least this. */
const LEAST_COMMAND_MS = 10_000;

/** Looks at everything a phase promised. All checks run even if the first fails; unknown is not pass. */
export const run: ToolRun<'phase-gate', Input, Output> = async (input, run) => {
  const found = await storedPhase(run, await run.current(), input.phase_number);
  if ('code' in found) return no(found);
  const { stored, phase } = found;
  await recover(run, phase.number);
  const d = await run.current();
  const difference = differsFromPlan(input, phase);
  if (difference !== undefined) return no(refuse('BAD_INPUT', difference));
  const drift = await drifted(run, d, stored, phase);
  if (drift !== undefined) return no(drift);

  const { checks, tree } = await lookAtEverything(run, d, stored, phase);
  if (run.signal.aborted) return answer(phase, { status: 'CANCELLED', checks: [] });
  const passed = allPass(checks);
  const open = firstOpen(checks);
  const body = await run.put(
    JSON.stringify({ phase: phase.number, bound: phase.bound, checks, objects: treeForRecord(tree) }),
  );
  await run.record({
    type: 'observed',
    subject: `phase:${phase.number}`,
    verdict: passed
      ? pass('PhaseProven', `${checks.length} checks hold`)
      : open?.status === 'UNKNOWN'
        ? { status: 'unknown', reason: open.reason, message: `${open.check}: ${open.message}` }
        : fail(
            open?.reason ?? 'NotProven',
            open === undefined ? 'nothing was checked' : `${open.check}: ${open.message}`,
          ),
    at: await run.place(),
    asked: `does phase ${phase.number} (${phase.name}) hold?`,
    via: 'phase-gate',
    run: run.id,
    identity: await run.identity(),
    body,
    bound: phase.bound,
  });
  const now = await lookForCommits(run);
  const state = phases(now).find((p) => p.number === phase.number);
  if (passed && state !== undefined) return passedAnswer(phase, checks, state, body);
  return failedAnswer(d, phase, checks, body, await learningsOn(run, open));
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

async function lookAtEverything(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<{ readonly checks: PhaseCheck[]; readonly tree: readonly KubeObject[] }> {
  const reader = await run.reader();
  run.progress(`phase ${phase.number}: looking at its resources`);
  const live = await lookAtPhase(reader, d, phase);
  const resources = live.map((l) => phaseCheck(`resource: ${called(l.ref)}`, l.verdict));
  const failedBefore = phases(d).some((p) => p.number === phase.number && p.latest?.verdict.status === 'fail');
  const settled = await awaitSettled(run, reader, stored, phase, live, failedBefore);
  const commands = await runCommands(run, phase.validation_commands, {
    // The answer is known: a command that waits for what will not come is not waited for.
    timeoutMs: settled.over ? LEAST_COMMAND_MS : Math.max(phase.timeout_ms, LEAST_COMMAND_MS),
    stopAtFailure: false,
    files: filesOf(stored, phase.number),
    writes: false,
    secrets: () => secretsToHide(reader, d, stored),
  });
  const earlier = await earlierPhases(run, d, stored, phase);
  const way = await rollbackPossible(reader, d, phase);
  const checks = [
    ...resources,
    ...commandsRan(d, phase),
    ...(await releaseChecks(reader, d.target.namespace, phase)),
    ...settled.checks,
    ...commands.map(commandCheck),
    ...validationsBefore(d, stored, phase),
    ...earlier,
    ...way,
  ];
  const tree = settled.sight?.tree ?? [];
  // The watch saw it go on holding; commands took time of their own, in which nobody looked.
  if (!allPass(checks) || phase.validation_commands.length === 0) return { checks, tree };
  const again = await stillHolds(run, reader, phase, settled);
  return { checks: [...checks.filter((c) => !again.some((one) => one.check === c.check)), ...again], tree };
}

/** The phase's own commands leave nothing to look at: that they all ran, since it was last rolled back, is on record or not. */
function commandsRan(d: Deployment, phase: StoredPhase): PhaseCheck[] {
  if (phase.commands.length === 0) return [];
  const back = d.observations.get(`phase:${phase.number}`)?.findLast((o) => o.via === 'rollback-phase');
  const done = d.observations
    .get(appliedSubject(phase.number))
    ?.findLast((o) => o.bound === phase.bound && o.seq > (back?.seq ?? 0));
  const again = `call apply-phase {phase_number: ${phase.number}}`;
  const verdict =
    done?.verdict.status === 'pass'
      ? pass('CommandsRan', `apply-phase ran all of its ${phase.commands.length} commands`)
      : done === undefined
        ? fail('CommandsNotRun', `apply-phase has not run this phase's commands: ${again}`)
        : fail(done.verdict.reason, `apply-phase did not do all of this phase: ${done.verdict.message}; ${again}`);
  return [phaseCheck('applied: commands', verdict)];
}

/** Nothing of an earlier phase broke while this one was put there. */
async function earlierPhases(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<PhaseCheck[]> {
  const reader = await run.reader();
  const passed = new Set(
    phases(d)
      .filter(hasPassed)
      .map((p) => p.number),
  );
  const earlier = allPhases(stored, d).filter((p) => p.number < phase.number && passed.has(p.number));
  const looks = await Promise.all(
    earlier.map(async (p) => {
      const open = (await lookAtPhase(reader, d, p)).filter((l) => l.verdict.status !== 'pass');
      const first = open[0];
      return phaseCheck(
        `earlier: phase ${p.number} ${p.name}`,
        first === undefined
          ? pass('StillThere', `its ${p.objects.length + p.observed.length} resources are as they were`)
          : first.verdict,
      );
    }),
  );
  return looks;
}

const answer = (
  { number: phase, name }: StoredPhase,
  value: Omit<Parameters<typeof defined<Output>>[0], 'phase' | 'name'>,
) => ({ kind: 'answer', value: defined<Output>({ phase, name, ...value }) }) as const;

function passedAnswer(phase: StoredPhase, checks: readonly PhaseCheck[], state: PhaseState, body: string) {
  const command = commitCommand(state);
  const commit: Output['commit'] =
    state.commit === 'none' ? { required: false } : { required: true, done: state.committed ?? false, command };
  return answer(phase, { status: 'PASS', checks, commit, evidence: body });
}

function failedAnswer(
  d: Deployment,
  phase: StoredPhase,
  checks: readonly PhaseCheck[],
  body: string,
  learnings: Output['learnings'],
) {
  const open = firstOpen(checks);
  const cause = checks.find((c) => c.status === 'FAIL' && c.failure !== undefined) ?? open;
  const here = { deployment: d.id, phase_number: phase.number };
  const isApplied = phase.delivery !== 'apply' || placedBy(d, phase.number).length > 0;
  const because = `phase ${phase.number}: ${open?.message ?? 'failed'}`.slice(0, 400);
  const back = { deployment: d.id, stage: 'plan', because };
  return answer(phase, {
    status: 'FAIL',
    checks,
    failure: defined<NonNullable<Output['failure']>>({
      phase: phase.number,
      failed_validation: open?.check ?? 'none',
      error: open?.message ?? 'nothing was checked',
      root_cause:
        cause === undefined
          ? undefined
          : defined<Cause>({
              type: cause.failure?.type ?? 'Other',
              reason: cause.reason,
              message: cause.message,
              action: cause.failure?.action,
            }),
      evidence: body,
    }),
    options: [
      ...(isApplied ? [] : [{ option: 'apply it first', tool: 'apply-phase', arguments: here }]),
      { option: 'fix and validate again', tool: 'phase-gate', arguments: here },
      { option: 'roll back and investigate', tool: 'rollback-phase', arguments: here },
      { option: 'back to planning with the findings', tool: 'return-to', arguments: back },
    ],
    evidence: body,
    learnings,
  });
}

type Cause = NonNullable<NonNullable<Output['failure']>['root_cause']>;
