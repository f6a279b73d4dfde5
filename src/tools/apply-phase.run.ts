import { type Applied, type ApplyProblem, applyAll, type BeforeImage, called, shown } from '../apply/index.ts';
import { recordFirst } from '../engine/observe.ts';
import type { ToolRun, WritingRun } from '../engine/tool.ts';
import { runCommands } from '../phases/commands.ts';
import { lookForCommits, missingCommit } from '../phases/commit.ts';
import { factsChanged } from '../phases/facts.ts';
import { runBeforeApply } from '../phases/fails-before.ts';
import { notToRunAgain, watchToTheEnd } from '../phases/finished.ts';
import { drifted } from '../phases/read-plan.ts';
import { recover } from '../phases/recover.ts';
import { createSecrets, secretsToHide } from '../phases/secrets.ts';
import { filesOf, type StoredPhase, storedPhase } from '../phases/stored.ts';
import { defined } from '../workflow/defined.ts';
import {
  appliedSubject,
  type Fact,
  type FactOf,
  fail,
  identityOf,
  type PlacedObject,
  pass,
  type Refusal,
  type Verdict,
} from '../workflow/index.ts';
import type { Input, Output } from './apply-phase.ts';

const COMMAND_TIMEOUT_MS = 10 * 60_000;
/** The run's lease is longer. */
const WATCH_MOST_MS = 8 * 60_000;

/** What was approved is what happens: the files as approved, in dependency order, each recorded before it can change. */
export const run: ToolRun<'apply-phase', Input, Output> = async (input, run) => {
  const found = await storedPhase(run, await run.current(), input.phase_number);
  if ('code' in found) return no(found);
  const { stored, phase } = found;
  await recover(run, phase.number);
  const d = await run.current();
  const drift = await drifted(run, d, stored, phase);
  if (drift !== undefined) return no(drift);
  const changed = await factsChanged(run, d, stored, phase);
  if (changed !== undefined) return no(changed);
  const uncommitted = await missingCommit(await lookForCommits(run), stored, phase);
  if (uncommitted !== undefined) return no(uncommitted);

  const before = input.dry_run === true ? [] : await runBeforeApply(run, d, stored, phase);
  if (before.length > 0) return notBefore(phase, before);
  const secrets = input.dry_run === true ? [] : await createSecrets(run, stored, phase);
  if (!Array.isArray(secrets)) return no(secrets);
  // A release is Helm's to make, and the plan's commands are how: they run as approved.
  const byCommands = phase.delivery === 'helm' && phase.commands.length > 0;
  if (phase.delivery !== 'apply' && !byCommands) {
    return answer(phase, { status: 'NOT_OURS', resources: secrets, commands: [], warnings: [], conflicts: [] });
  }

  const dryRun = input.dry_run === true;
  const settled = byCommands ? [] : await notToRunAgain(run, await run.reader(), d, phase);
  const refused = settled.find((s) => s.verdict.status !== 'pass');
  if (refused !== undefined) {
    const { ref, verdict } = refused;
    return failed(run, phase, [], { ref, reason: verdict.reason, message: verdict.message }, dryRun);
  }
  const outcome = await applyAll(
    await run.writer(),
    byCommands ? [] : phase.objects.filter((o) => !settled.some((s) => s.manifest === o)),
    {
      namespace: d.target.namespace,
      dryRun,
      takeOver: phase.take_over,
      signal: run.signal,
      ...(dryRun ? {} : recording(run, phase)),
    },
  );
  const problem = outcome.problems[0];
  if (problem !== undefined) return failed(run, phase, outcome.applied, problem, dryRun);

  const commands = dryRun
    ? []
    : await runCommands(run, phase.commands, {
        timeoutMs: COMMAND_TIMEOUT_MS,
        stopAtFailure: true,
        files: filesOf(stored, phase.number),
        writes: true,
        secrets: async () => secretsToHide(await run.reader(), d, stored),
      });
  const wrong = commands.find((c) => c.verdict.status !== 'pass');
  const done = settled.map(({ ref }) => ({ ref: called(ref), action: 'done' as const, changes: [] }));
  const resources = [...secrets, ...done, ...outcome.applied.map(resource)];
  if (!dryRun && wrong === undefined)
    await watchToTheEnd(
      run,
      await run.reader(),
      phase,
      outcome.applied.map((a) => a.object),
      Math.min(phase.timeout_ms, WATCH_MOST_MS),
    );
  const status = wrong !== undefined ? 'FAILED' : dryRun ? 'DRY_RUN' : 'APPLIED';
  const unrun = phase.commands.length - commands.length;
  if (!dryRun)
    await run.record(
      await appliedFact(
        run,
        phase,
        wrong?.verdict ??
          (unrun > 0
            ? fail('CommandsNotRun', `${unrun} of its commands did not run`)
            : pass('Applied', `${resources.length} resources, ${commands.length} commands`)),
      ),
    );
  return answer(phase, {
    status,
    resources,
    not_judged: outcome.notJudged.map(called),
    commands: commands.map(({ command, exit_code, duration_ms, output }) => ({
      command,
      exit_code,
      duration_ms,
      output: output.slice(0, 600),
    })),
    warnings: outcome.applied.flatMap((a) => a.warnings),
    conflicts: [],
    failure: wrong === undefined ? undefined : { reason: wrong.verdict.reason, message: wrong.verdict.message },
  });
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;
const answer = (
  { number: phase, name, delivery }: StoredPhase,
  value: Omit<Parameters<typeof defined<Output>>[0], 'phase' | 'name' | 'delivery'>,
) => ({ kind: 'answer', value: defined<Output>({ phase, name, delivery, ...value }) }) as const;

const resource = (a: Applied) => ({ ref: called(a.ref), action: a.action, changes: a.changes });

/** Intended, with its before-image, before it is touched; created or changed, with its UID, after. */
function recording(run: WritingRun, phase: StoredPhase) {
  const placed = (
    more: Partial<Extract<Fact, { type: 'placed' }>> & Pick<Extract<Fact, { type: 'placed' }>, 'object' | 'state'>,
  ): Fact => ({
    type: 'placed',
    run: run.id,
    purpose: 'phase',
    phase: phase.number,
    ...more,
  });
  const existed = new Set<string>();
  return {
    intended: async (ref: PlacedObject, before: BeforeImage | undefined) => {
      if (before !== undefined) existed.add(identityOf(ref));
      const image = before === undefined ? {} : { before: await run.put(JSON.stringify(before)) };
      await recordFirst(run, placed({ object: ref, state: 'intended', ...image }));
    },
    applied: async (done: Applied) => {
      const applied = await run.put(JSON.stringify(shown(done.object)));
      await run.record(
        placed({ object: done.ref, state: existed.has(identityOf(done.ref)) ? 'changed' : 'created', applied }),
      );
      run.progress(`${called(done.ref)} ${done.action}`);
    },
  };
}

/** Whether all of the phase was done, its commands too: the gate asks, because a command leaves nothing it could look at. */
const appliedFact = async (run: WritingRun, phase: StoredPhase, verdict: Verdict): Promise<FactOf<'observed'>> => ({
  type: 'observed',
  subject: appliedSubject(phase.number),
  verdict,
  at: await run.place(),
  asked: `apply phase ${phase.number}`,
  via: 'apply-phase',
  run: run.id,
  bound: phase.bound,
});

/** A validation passed already, or could not be run: nothing was changed. */
const notBefore = (phase: StoredPhase, verdicts: readonly Verdict[]) =>
  answer(phase, {
    status: 'FAILED',
    resources: [],
    commands: [],
    warnings: [],
    conflicts: [],
    failure: {
      object: 'validations that have to fail before it',
      reason: verdicts[0]?.reason ?? 'ValidationNotRun',
      message: verdicts.map(({ message }) => message).join('; '),
    },
  });

async function failed(
  run: WritingRun,
  phase: StoredPhase,
  applied: readonly Applied[],
  problem: ApplyProblem,
  dryRun: boolean,
) {
  const message = `${called(problem.ref)}: ${problem.reason}: ${problem.message}`;
  const conflicts = problem.conflicts ?? [];
  if (!dryRun) {
    const fact = await appliedFact(run, phase, fail(problem.reason.replace(/\W/g, '') || 'ApplyFailed', message));
    await run.record(fact, ...(applied.length === 0 ? [] : [{ ...fact, subject: `phase:${phase.number}` }]));
  }
  return answer(phase, {
    status: 'FAILED',
    resources: applied.map(resource),
    commands: [],
    warnings: [],
    conflicts: conflicts.map((c) => ({ object: called(problem.ref), manager: c.manager, fields: c.fields })),
    failure: { object: called(problem.ref), reason: problem.reason, message: problem.message },
  });
}
