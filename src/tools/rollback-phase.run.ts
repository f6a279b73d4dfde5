import { type BeforeImage, called } from '../apply/index.ts';
import type { ToolRun, WritingRun } from '../engine/tool.ts';
import { type Deployment, type Fact, phases, type Refusal, refuse } from '../workflow/index.ts';
import { type CommandOutcome, runCommands } from './phase/commands.ts';
import { outliving, stillThere } from './phase/leftovers.ts';
import { drifted } from './phase/read-plan.ts';
import { recover } from './phase/recover.ts';
import { type RollbackStep, rollbackSteps, tryStep } from './phase/rollback.ts';
import { secretsToHide } from './phase/secrets.ts';
import { formerPhase, placedBy, type StoredPhase, type StoredPlan, storedPhase } from './phase/stored.ts';
import { takenOver, undo, wayBack } from './phase/undo.ts';
import type { Input, Output } from './rollback-phase.ts';

const COMMAND_TIMEOUT_MS = 5 * 60_000;

/** The way back of a phase: shown, or taken and verified. What existed before is restored; only what we created goes. */
export const run: ToolRun<'rollback-phase', Input, Output> = async (input, run) => {
  const d = await run.current();
  const gone = !phases(d).some((p) => p.number === input.phase_number) && placedBy(d, input.phase_number).length > 0;
  const found =
    (gone ? await formerPhase(run, d, input.phase_number) : undefined) ??
    (await storedPhase(run, d, input.phase_number));
  if ('code' in found) return no(found);
  const { stored, phase } = found;
  const later = laterPlaced(d, phase.number);
  if (later !== undefined) return no(later);
  const steps = rollbackSteps(d, phase);
  if (input.execute !== true) return { kind: 'answer', value: await rehearsed(run, phase, steps) };
  const person = personNeeded(d, phase, run.now());
  if (person !== undefined) return no(person);
  // An `undo` reads nothing from disk; a command runs what was approved, or nothing.
  const drift = wayBack(phase.rollback).all.length === 0 ? undefined : await drifted(run, d, stored, phase);
  if (drift !== undefined) return no(drift);
  await recover(run, phase.number);
  const known = rollbackSteps(await run.current(), phase);
  return { kind: 'answer', value: await execute(run, d, stored, phase, known) };
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

function laterPlaced(d: Deployment, number: number): Refusal | undefined {
  const applied = d.placements.flatMap((p) =>
    p.purpose === 'phase' && p.state !== 'gone' && !p.kept ? (p.phase ?? 0) : 0,
  );
  const later = Math.max(0, ...applied);
  if (later <= number) return undefined;
  return refuse(
    'PHASE_ORDER',
    `Phase ${later} was applied after phase ${number}; phases are rolled back in reverse order.`,
    { next: [{ tool: 'rollback-phase', arguments: { deployment: d.id, phase_number: later } }] },
  );
}

/**
 * What can't be undone was approved as a plan; that it now happens is decided again, by a person's waiver for this phase
 * that is newer than what the phase put there. It sets no gate's check aside: its subject is the phase.
 */
function personNeeded(d: Deployment, phase: StoredPhase, now: string): Refusal | undefined {
  if (phase.irreversible.length === 0) return undefined;
  const placed = Math.max(0, ...placedBy(d, phase.number).map((p) => p.seq));
  const subject = `phase:${phase.number}`;
  const decided = d.waivers.some(
    (w) => w.check === 'rollback-tested' && w.subject === subject && w.until > now && w.seq > placed,
  );
  if (decided) return undefined;
  const command = `infragate waive ${d.id} --check rollback-tested --subject ${subject} --because "…" --days 1`;
  return refuse(
    'PERSON_NEEDED',
    `Rolling back phase ${phase.number} can't be undone (${phase.irreversible.map(String).join('; ')}). A person decides that, each time the phase was applied, on a terminal: ${command}`,
    { next: [{ person: 'the operator', action: command }] },
  );
}

async function rehearsed(run: WritingRun, phase: StoredPhase, steps: readonly RollbackStep[]): Promise<Output> {
  const reader = await run.reader();
  const tried = await Promise.all(steps.map(async (step) => ({ step, verdict: await tryStep(reader, step) })));
  const leftovers = await outliving(reader, removedBy(steps));
  const shown = tried.map(({ step, verdict }) => ({
    object: called(step.object),
    action: step.action,
    possible: verdict.status === 'pass',
    message: verdict.message,
  }));
  const remaining = [...keptBy(steps), ...leftovers.map((l) => ({ object: called(l.object), why: l.why }))];
  return {
    status: 'DRY_RUN',
    steps: shown,
    commands: wayBack(phase.rollback).all,
    irreversible: phase.irreversible,
    restored: [],
    removed: [],
    remaining,
    summary: [
      `Rolling back phase ${phase.number} ${phase.name} would:`,
      ...wayBack(phase.rollback).all.map((c) => `- run: ${c}`),
      ...shown.map((s) => `- ${s.action} ${s.object}: ${s.message}`),
      ...remaining.map((r) => `- leave ${r.object}: ${r.why}`),
      'With execute: true it does.',
    ].join('\n'),
  };
}

const removedBy = (steps: readonly RollbackStep[]) => steps.filter((s) => s.action === 'remove').map((s) => s.object);

const keptBy = (steps: readonly RollbackStep[]) =>
  steps
    .filter((s) => s.action === 'keep')
    .map((s) => ({ object: called(s.object), why: `kept, as the plan says: ${s.because ?? ''}` }));

async function execute(
  run: WritingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
  steps: readonly RollbackStep[],
): Promise<Output> {
  const reader = await run.reader();
  // The phase is open again from now on, however far the way back goes.
  await run.record({
    type: 'observed',
    subject: `phase:${phase.number}`,
    verdict: { status: 'fail', reason: 'RolledBack', message: `phase ${phase.number} is being rolled back` },
    at: await run.place(),
    asked: `roll back phase ${phase.number}`,
    via: 'rollback-phase',
    run: run.id,
    bound: phase.bound,
  });
  const leftovers = await outliving(reader, removedBy(steps));
  const options = {
    timeoutMs: COMMAND_TIMEOUT_MS,
    stopAtFailure: false,
    secrets: await secretsToHide(reader, d, stored),
  };
  const { before, after } = wayBack(phase.rollback);
  const first = await runCommands(run, before, options);
  const undone = await undo(await run.writer(), steps, {
    before: async (step) => {
      const text = await run.get(step.before ?? '');
      return text === undefined ? undefined : (JSON.parse(text) as BeforeImage);
    },
    gone: async (step) => {
      await run.record(placed(run.id, step, 'gone'));
    },
    progress: run.progress,
  });
  for (const step of steps)
    if (step.action === 'keep') await run.record({ ...placed(run.id, step, 'changed'), kept: true });
  const commands: CommandOutcome[] = [...first, ...(await runCommands(run, after, options))];
  const bad = commands.filter((c) => c.verdict.status !== 'pass');
  const complete = undone.failures.length === 0 && bad.length === 0;
  const strangers = await takenOver(reader, removedBy(steps));
  const outlived = (await stillThere(reader, leftovers)).map((l) => ({ object: called(l.object), why: l.why }));
  const remaining = [...undone.failures, ...keptBy(steps), ...strangers, ...outlived];
  return {
    status: complete ? 'ROLLED_BACK' : 'INCOMPLETE',
    steps: [
      ...steps.map((s) => ({ object: called(s.object), action: s.action })),
      ...commands.map((c) => ({ command: c.command, exit_code: c.exit_code, output: c.output.slice(0, 400) })),
    ],
    restored: undone.restored,
    removed: undone.removed,
    remaining,
    summary: [
      `Phase ${phase.number} ${phase.name} ${complete ? 'is rolled back' : 'is not fully rolled back'}: ${undone.removed.length} removed, ${undone.restored.length} restored.`,
      ...remaining.map((r) => `- remains: ${r.object}: ${r.why}`),
      ...bad.map((c) => `- ${c.verdict.message}`),
      phases(d).some((p) => p.number === phase.number)
        ? 'Its gate is open again.'
        : 'The plan no longer has this phase.',
    ].join('\n'),
  };
}

const placed = (run: string, step: RollbackStep, state: 'gone' | 'changed'): Extract<Fact, { type: 'placed' }> => ({
  type: 'placed',
  run,
  object: step.object,
  state,
  purpose: 'phase',
});
