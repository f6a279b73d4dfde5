import { type BeforeImage, called, removeAll, restore } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { ToolRun, WritingRun } from '../engine/tool.ts';
import { readRollback } from '../plan/index.ts';
import { type Deployment, type Fact, type PlacedObject, phases, type Refusal, refuse } from '../workflow/index.ts';
import { type CommandOutcome, runCommands } from './phase/commands.ts';
import { outliving, stillThere } from './phase/leftovers.ts';
import { addressOf } from './phase/rehearse.ts';
import { type RollbackStep, rollbackSteps, tryStep } from './phase/rollback.ts';
import { secretsToHide } from './phase/secrets.ts';
import { placedBy, type StoredPhase, type StoredPlan, storedPhase } from './phase/stored.ts';
import type { Input, Output } from './rollback-phase.ts';

const REMOVE_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 5 * 60_000;

/** The way back of a phase: shown, or taken and verified. What existed before is restored; only what we created goes. */
export const run: ToolRun<'rollback-phase', Input, Output> = async (input, run) => {
  const d = await run.current();
  const found = await storedPhase(run, d, input.phase_number);
  if ('code' in found) return no(found);
  const { stored, phase } = found;
  const later = laterPlaced(d, phase.number);
  if (later !== undefined) return no(later);
  const steps = rollbackSteps(d, phase);
  if (input.execute !== true) return { kind: 'answer', value: await rehearsed(run, phase, steps) };
  const person = personNeeded(d, phase, run.now());
  if (person !== undefined) return no(person);
  return { kind: 'answer', value: await execute(run, d, stored, phase, steps) };
};

const no = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

function laterPlaced(d: Deployment, number: number): Refusal | undefined {
  const later = phases(d).findLast((p) => p.number > number && placedBy(d, p.number).some((x) => !x.kept));
  if (later === undefined) return undefined;
  return refuse(
    'PHASE_ORDER',
    `Phase ${later.number} was applied after phase ${number}; phases are rolled back in reverse order.`,
    { next: [{ tool: 'rollback-phase', arguments: { deployment: d.id, phase_number: later.number } }] },
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
    commands: commandsOf(phase).all,
    irreversible: phase.irreversible,
    restored: [],
    removed: [],
    remaining,
    summary: [
      `Rolling back phase ${phase.number} ${phase.name} would:`,
      ...commandsOf(phase).all.map((c) => `- run: ${c}`),
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

/** The plan's commands before and after its `undo`; without one, what is left when they have run is undone. */
function commandsOf(phase: StoredPhase): { all: string[]; before: string[]; after: string[] } {
  const entries = phase.rollback.map(readRollback);
  const undo = entries.findIndex((e) => e.kind === 'undo');
  const commands = (list: typeof entries) => list.flatMap((e) => (e.kind === 'command' ? [e.command] : []));
  const before = undo < 0 ? entries : entries.slice(0, undo);
  const after = undo < 0 ? [] : entries.slice(undo + 1);
  return { all: commands(entries), before: commands(before), after: commands(after) };
}

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
  const { before, after } = commandsOf(phase);
  const first = await runCommands(run, before, options);
  const undone = await undo(run, steps);
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
      'Its gate is open again.',
    ].join('\n'),
  };
}

/** Of ours nothing is left, but the name is: someone made another object of it, which is not ours to take away. */
async function takenOver(reader: Reader, ours: readonly PlacedObject[]) {
  const looks = await Promise.all(
    ours.map(async (ref) => {
      const there = await reader.getIfThere(addressOf(ref));
      const other = there.ok && there.value !== undefined && there.value.metadata.uid !== ref.uid;
      return other
        ? [{ object: called(ref), why: 'someone else made another one of that name; it is left alone' }]
        : [];
    }),
  );
  return looks.flat();
}

type Undone = {
  readonly restored: string[];
  readonly removed: string[];
  readonly failures: { object: string; why: string }[];
};

/** What apply-phase did, in reverse: by UID what it created, from the before-image what it changed. */
async function undo(run: WritingRun, steps: readonly RollbackStep[]): Promise<Undone> {
  const writer = await run.writer();
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
      await run.record(placed(run.id, step, 'gone'));
    }
  }
  const created = steps.filter((s) => s.action === 'remove');
  const removal = await removeAll(
    writer,
    [...created].reverse().map((s) => ({ ref: s.object, run: s.run })),
    { timeoutMs: REMOVE_TIMEOUT_MS, progress: run.progress },
  );
  const left = new Set(removal.remaining.map((r) => called(r.ref)));
  for (const step of created) if (!left.has(called(step.object))) await run.record(placed(run.id, step, 'gone'));
  for (const step of steps)
    if (step.action === 'keep') await run.record({ ...placed(run.id, step, 'changed'), kept: true });
  return {
    restored,
    removed: created.map((s) => called(s.object)).filter((name) => !left.has(name)),
    failures: [...removal.remaining.map((r) => ({ object: called(r.ref), why: r.why })), ...failures],
  };
}

const placed = (run: string, step: RollbackStep, state: 'gone' | 'changed'): Extract<Fact, { type: 'placed' }> => ({
  type: 'placed',
  run,
  object: step.object,
  state,
  purpose: 'phase',
});
