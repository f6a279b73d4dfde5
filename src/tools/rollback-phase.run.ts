import { type BeforeImage, called } from '../apply/index.ts';
import type { ToolRun, WritingRun } from '../engine/tool.ts';
import { type Destroyed, deletedBy, destroyedBy, destroyedText } from '../phases/before.ts';
import { type CommandOutcome, runCommands } from '../phases/commands.ts';
import { outliving, stillThere } from '../phases/leftovers.ts';
import { type Loss, lossesOfRollback, lossText } from '../phases/loss.ts';
import { destroyed, existing, type ImageOf, type Outcome, outcomesOf } from '../phases/outcome.ts';
import { worldOf } from '../phases/prepare.ts';
import { drifted } from '../phases/read-plan.ts';
import { recover } from '../phases/recover.ts';
import { type RollbackStep, rollbackSteps, tryStep } from '../phases/rollback.ts';
import { secretsToHide } from '../phases/secrets.ts';
import { filesOf, formerPhase, placedBy, type StoredPhase, type StoredPlan, storedPhase } from '../phases/stored.ts';
import { tryCommands } from '../phases/try-commands.ts';
import { takenOver, undo, wayBack } from '../phases/undo.ts';
import { defined } from '../workflow/defined.ts';
import { type Deployment, type Fact, phases, type Refusal, refuse, revisePlan } from '../workflow/index.ts';
import { type Output, outcomeLine } from './rollback-phase.answer.ts';
import type { Input } from './rollback-phase.ts';

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
  const commands = wayBack(phase.rollback).all;
  const reader = await run.reader();
  const scope = { reader, world: await worldOf(run, d), namespace: d.target.namespace };
  const destructive = await destroyedBy(scope, d, commands);
  const steps = rollbackSteps(d, phase);
  const losses = await lossesOfRollback(reader, d, {
    removed: removedBy(steps),
    deleted: await deletedBy(scope, commands),
  });
  if (input.execute !== true)
    return { kind: 'answer', value: await rehearsed(run, d, stored, phase, steps, { losses, destructive }) };
  const [worst] = destructive;
  if (worst !== undefined) return no(destructiveRefusal(d, phase, worst));
  const person = personNeeded(d, phase, run.now(), losses);
  if (person !== undefined) return no(person);
  // An `undo` reads nothing from disk; a command runs what was approved, or nothing.
  const drift = commands.length === 0 ? undefined : await drifted(run, d, stored, phase);
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

function destructiveRefusal(d: Deployment, phase: StoredPhase, worst: Destroyed): Refusal {
  const because = `phase ${phase.number}: its rollback would destroy what existed before (${destroyedText(worst)})`;
  return refuse('UNSAFE', `Phase ${phase.number} is not rolled back: ${destroyedText(worst)}.`, {
    next: [
      { tool: 'return-to', arguments: { deployment: d.id, stage: 'plan', because: because.slice(0, 400) } },
      revisePlan(d),
    ],
  });
}

/**
 * What can't be undone was approved as a plan; that it now happens is decided again, by a person's waiver for this phase
 * that is newer than what the phase put there. It sets no gate's check aside: its subject is the phase.
 */
function personNeeded(d: Deployment, phase: StoredPhase, now: string, losses: readonly Loss[]): Refusal | undefined {
  if (phase.irreversible.length === 0 && losses.length === 0) return undefined;
  const placed = Math.max(0, ...placedBy(d, phase.number).map((p) => p.seq));
  const subject = `phase:${phase.number}`;
  const decided = d.waivers.some(
    (w) => w.check === 'rollback-tested' && w.subject === subject && w.until > now && w.seq > placed,
  );
  if (decided) return undefined;
  const command = `infragate waive ${d.id} --check rollback-tested --subject ${subject} --because "…" --days 1`;
  const what = [...phase.irreversible.map(String), ...losses.map((l) => `it deletes ${lossText(l)}`)];
  return refuse(
    'PERSON_NEEDED',
    `Rolling back phase ${phase.number} can't be undone (${what.join('; ')}). A person decides that, each time the phase was applied, on a terminal: ${command}`,
    { next: [{ person: 'the operator', action: command }] },
  );
}

type Ahead = { readonly losses: readonly Loss[]; readonly destructive: readonly Destroyed[] };

async function rehearsed(
  run: WritingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
  steps: readonly RollbackStep[],
  { losses, destructive }: Ahead,
): Promise<Output> {
  const reader = await run.reader();
  const tried = await Promise.all(steps.map(async (step) => ({ step, verdict: await tryStep(reader, step) })));
  const objects = await outcomesOf(reader, steps, imagesIn(run), 'before');
  const leftovers = await outliving(reader, removedBy(steps));
  const shown = tried.map(({ step, verdict }, index) =>
    defined<Step>({
      object: called(step.object),
      action: step.action,
      outcome: objects[index]?.outcome,
      possible: verdict.status === 'pass',
      message: verdict.message,
    }),
  );
  const remaining = [...keptBy(steps), ...leftovers.map((l) => ({ object: called(l.object), why: l.why }))];
  const lost = losses.map(lossText);
  const commands = await tryCommands(run, wayBack(phase.rollback).all, {
    files: filesOf(stored, phase.number),
    secrets: () => secretsToHide(reader, d, stored),
  });
  return {
    ...about(run.deployment, phase),
    status: 'DRY_RUN',
    steps: shown,
    objects,
    commands: commands.map(({ command, verdict, would }) =>
      defined<Output['commands'][number]>({
        command,
        would: [...would],
        not_tried: verdict.status === 'unknown' ? verdict.message : undefined,
        failed: verdict.status === 'fail' ? verdict.message : undefined,
      }),
    ),
    refused: destructive.map(destroyedText),
    restored: [],
    removed: [],
    recreated: [],
    untouched: [],
    lost,
    remaining,
  };
}

const about = (d: Deployment | undefined, phase: StoredPhase) => ({
  phase: phase.number,
  name: phase.name,
  irreversible: phase.irreversible,
  planned: d !== undefined && phases(d).some((p) => p.number === phase.number),
});

const removedBy = (steps: readonly RollbackStep[]) => steps.filter((s) => s.action === 'remove').map((s) => s.object);

const keptBy = (steps: readonly RollbackStep[]) =>
  steps
    .filter((s) => s.action === 'keep')
    .map((s) => ({ object: called(s.object), why: `kept, as the plan says: ${s.because ?? ''}` }));

const imagesIn =
  (run: WritingRun): ImageOf =>
  async (step) => {
    const text = await run.get(step.before ?? '');
    return text === undefined ? undefined : (JSON.parse(text) as BeforeImage);
  };

async function execute(
  run: WritingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
  steps: readonly RollbackStep[],
): Promise<Output> {
  const reader = await run.reader();
  const conclude = async (reason: string, message: string) =>
    run.record({
      type: 'observed',
      subject: `phase:${phase.number}`,
      verdict: { status: 'fail', reason, message },
      at: await run.place(),
      asked: `roll back phase ${phase.number}`,
      via: 'rollback-phase',
      run: run.id,
      bound: phase.bound,
    });
  // The phase is open again from now on, however far the way back goes.
  await conclude('RolledBack', `phase ${phase.number} is being rolled back`);
  const leftovers = await outliving(reader, removedBy(steps));
  const options = {
    timeoutMs: COMMAND_TIMEOUT_MS,
    stopAtFailure: false,
    files: filesOf(stored, phase.number),
    writes: true,
    secrets: () => secretsToHide(reader, d, stored),
  };
  const { all, before, after } = wayBack(phase.rollback);
  const images = imagesIn(run);
  const expected = await outcomesOf(reader, steps, images, 'before');
  const there = all.length === 0 ? [] : await existing(reader, d);
  const first = await runCommands(run, before, options);
  const undone = await undo(await run.writer(), steps, {
    before: images,
    gone: async (step) => {
      await run.record(placed(run.id, step, 'gone'));
    },
    progress: run.progress,
  });
  for (const step of steps)
    if (step.action === 'keep') await run.record({ ...placed(run.id, step, 'changed'), kept: true });
  const commands: CommandOutcome[] = [...first, ...(await runCommands(run, after, options))];
  const bad = commands.filter((c) => c.verdict.status !== 'pass');
  // The cluster decides what was done, not what was asked for.
  const objects = await outcomesOf(reader, steps, images, { after: expected });
  const others = there.length === 0 ? [] : await destroyed(reader, d, there);
  const everything = [...objects, ...others.filter((o) => !objects.some((own) => own.object === o.object))];
  const lost = everything.filter((o) => o.outcome === 'recreated' || others.includes(o));
  const unfinished = objects.filter(
    (o) => o.outcome === 'unfinished' && !undone.failures.some((f) => f.object === o.object),
  );
  const complete = undone.failures.length + bad.length + lost.length + unfinished.length === 0;
  if (lost.length > 0)
    await conclude('DataLost', `rolling back phase ${phase.number}: ${lost.map(outcomeLine).join('; ')}`);
  const strangers = await takenOver(reader, removedBy(steps));
  const outlived = (await stillThere(reader, leftovers)).map((l) => ({ object: called(l.object), why: l.why }));
  const remaining = [
    ...undone.failures,
    ...unfinished.map((o) => ({ object: o.object, why: o.why ?? 'it is not as it was' })),
    ...keptBy(steps),
    ...strangers,
    ...outlived,
  ];
  const named = (outcome: Outcome) => everything.filter((o) => o.outcome === outcome).map((o) => o.object);
  return {
    ...about(d, phase),
    status: complete ? 'ROLLED_BACK' : 'INCOMPLETE',
    steps: steps.map((s, index) =>
      defined<Step>({ object: called(s.object), action: s.action, outcome: objects[index]?.outcome }),
    ),
    commands: commands.map(({ command, exit_code, output, verdict }) =>
      defined<Output['commands'][number]>({
        command,
        exit_code,
        output: output.slice(0, OUTPUT_CHARACTERS),
        failed: verdict.status === 'pass' ? undefined : verdict.message,
      }),
    ),
    refused: [],
    objects: everything,
    restored: named('restored'),
    removed: named('removed'),
    recreated: named('recreated'),
    untouched: named('untouched'),
    lost: lost.map(outcomeLine),
    remaining,
  };
}

type Step = Output['steps'][number];
const OUTPUT_CHARACTERS = 400;

const placed = (run: string, step: RollbackStep, state: 'gone' | 'changed'): Extract<Fact, { type: 'placed' }> => ({
  type: 'placed',
  run,
  object: step.object,
  state,
  purpose: 'phase',
});
