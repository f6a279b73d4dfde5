import { type BeforeImage, called, removeAll, restore } from '../apply/index.ts';
import type { ToolRun, WritingRun } from '../engine/tool.ts';
import { readRollback } from '../plan/index.ts';
import { type Fact, phases, type Refusal, refuse } from '../workflow/index.ts';
import { type CommandOutcome, runCommands } from './phase/commands.ts';
import { type RollbackStep, rollbackSteps, tryStep } from './phase/rollback.ts';
import { storedPhase } from './phase/stored.ts';
import type { Input, Output } from './rollback-phase.ts';

const REMOVE_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 5 * 60_000;

/** The way back of a phase: shown, or taken and verified. What existed before is restored; only what we created goes. */
export const run: ToolRun<'rollback-phase', Input, Output> = async (input, run) => {
  const d = await run.current();
  const found = await storedPhase(run, d, input.phase_number);
  if ('code' in found) return no(found);
  const { phase } = found;
  const later = phases(d).find(
    (p) =>
      p.number > phase.number &&
      d.placements.some((x) => x.purpose === 'phase' && x.phase === p.number && x.state !== 'gone'),
  );
  if (later !== undefined) {
    return no(
      refuse(
        'PHASE_ORDER',
        `Phase ${later.number} was applied after phase ${phase.number}; phases are rolled back in reverse order.`,
        {
          next: [{ tool: 'rollback-phase', arguments: { deployment: d.id, phase_number: later.number } }],
        },
      ),
    );
  }
  const steps = rollbackSteps(d, phase.number);
  const reader = await run.reader();
  const tried = await Promise.all(steps.map(async (step) => ({ step, verdict: await tryStep(reader, step) })));
  const shown = tried.map(({ step, verdict }) => ({
    object: called(step.object),
    action: step.action,
    possible: verdict.status === 'pass',
    message: verdict.message,
  }));
  if (input.execute !== true) {
    return {
      kind: 'answer',
      value: {
        status: 'DRY_RUN',
        steps: shown,
        commands: phase.rollback,
        irreversible: phase.irreversible,
        restored: [],
        removed: [],
        remaining: [],
        summary: [
          `Rolling back phase ${phase.number} ${phase.name} would:`,
          ...shown.map((s) => `- ${s.action} ${s.object}: ${s.message}`),
          ...phase.rollback.map((c) => `- run: ${c}`),
          'With execute: true it does.',
        ].join('\n'),
      },
    };
  }
  if (phase.irreversible.length > 0 && !d.waivers.some((w) => w.check === 'rollback-tested' && w.until > run.now())) {
    const what = phase.irreversible.map(String).join('; ');
    return no(
      refuse('PERSON_NEEDED', `Rolling back phase ${phase.number} can't be undone (${what}); a person decides that.`, {
        next: [
          {
            person: 'the operator',
            action: `infragate waive ${d.id} --check rollback-tested --because "phase ${phase.number} may be rolled back"`,
          },
        ],
      }),
    );
  }
  return { kind: 'answer', value: await execute(run, phase, steps) };
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

async function execute(
  run: WritingRun,
  phase: { number: number; name: string; bound: string; rollback: readonly string[] },
  steps: readonly RollbackStep[],
): Promise<Output> {
  const writer = await run.writer();
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
  const restored: string[] = [];
  const failures: { object: string; why: string }[] = [];
  for (const step of steps.filter((s) => s.action === 'restore')) {
    const text = await run.get(step.before ?? '');
    if (text === undefined) {
      failures.push({ object: called(step.object), why: 'its before-image is not in the ledger' });
      continue;
    }
    const done = await restore(writer, step.object, JSON.parse(text) as BeforeImage);
    if (done.status === 'failed') failures.push({ object: called(step.object), why: done.message });
    else {
      restored.push(called(step.object));
      await run.record(gone(run.id, step));
    }
  }
  const created = steps.filter((s) => s.action === 'remove');
  const removal = await removeAll(
    writer,
    [...created].reverse().map((s) => ({ ref: s.object, run: s.run })),
    { timeoutMs: REMOVE_TIMEOUT_MS, progress: run.progress },
  );
  const left = new Set(removal.remaining.map((r) => called(r.ref)));
  for (const step of created) if (!left.has(called(step.object))) await run.record(gone(run.id, step));
  // The plan's own commands last: what apply-phase did is undone by UID already, they are for what it could not know.
  const commands: CommandOutcome[] = await runCommands(
    run,
    phase.rollback.filter((r) => readRollback(r).kind === 'command'),
    {
      timeoutMs: COMMAND_TIMEOUT_MS,
      stopAtFailure: false,
    },
  );
  const bad = commands.filter((c) => c.verdict.status !== 'pass');
  const remaining = [...removal.remaining.map((r) => ({ object: called(r.ref), why: r.why })), ...failures];
  const removed = created.map((s) => called(s.object)).filter((name) => !left.has(name));
  const complete = remaining.length === 0 && bad.length === 0;
  return {
    status: complete ? 'ROLLED_BACK' : 'INCOMPLETE',
    steps: [
      ...steps.map((s) => ({ object: called(s.object), action: s.action })),
      ...commands.map((c) => ({ command: c.command, exit_code: c.exit_code, output: c.output.slice(0, 400) })),
    ],
    restored,
    removed,
    remaining,
    summary: [
      `Phase ${phase.number} ${phase.name} ${complete ? 'is rolled back' : 'is not fully rolled back'}: ${removed.length} removed, ${restored.length} restored.`,
      ...remaining.map((r) => `- remains: ${r.object}: ${r.why}`),
      ...bad.map((c) => `- ${c.verdict.message}`),
      'Its gate is open again.',
    ].join('\n'),
  };
}

const gone = (run: string, step: RollbackStep): Fact => ({
  type: 'placed',
  run,
  object: step.object,
  state: 'gone',
  purpose: 'phase',
});
