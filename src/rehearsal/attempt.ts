import {
  type Applied,
  type ApplyOptions,
  applyAll,
  type BeforeImage,
  called,
  createAll,
  identityOf,
} from '../apply/index.ts';
import type { Writer } from '../cluster/index.ts';
import type { ApprovedFile } from '../commands/index.ts';
import type { WritingRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { type CommandOutcome, runCommands, type SecretSource } from '../phases/commands.ts';
import { outliving, stillThere } from '../phases/leftovers.ts';
import { type PlacedOnce, stepsBack } from '../phases/rollback.ts';
import type { StoredPhase } from '../phases/stored.ts';
import { takenOver, undo, wayBack } from '../phases/undo.ts';
import { earlierHurt, leftBehind, type State, stateOf } from './aftermath.ts';
import type { CopiedPhase, Copy } from './copy.ts';
import { awaitReady } from './ready.ts';
import { accountThere, type Scratch } from './scratch.ts';

/** What came of rolling the copy back. `wrong`: what the rollback did not do, in sentences; any of them fails it. */
export type Attempt = {
  readonly applied: readonly string[];
  readonly removed: readonly string[];
  readonly restored: readonly string[];
  /** Stays by design: kept by the plan, or by Kubernetes (a StatefulSet's claims). */
  readonly remaining: readonly { readonly object: string; readonly why: string }[];
  readonly commands: readonly CommandOutcome[];
  readonly wrong: readonly string[];
  /** The copy was not as the original is, so the way back of that can't be said to be tried. */
  readonly incomplete: readonly string[];
};

export type Commands = {
  readonly runnable: ReadonlySet<string>;
  readonly files: readonly ApprovedFile[];
  readonly secrets: SecretSource;
};

const READY_MS = 120_000;
const COMMAND_TIMEOUT_MS = 2 * 60_000;

const NOTHING: Attempt = {
  applied: [],
  removed: [],
  restored: [],
  remaining: [],
  commands: [],
  wrong: [],
  incomplete: [],
};

/** Phases 1 to n go into the copy as apply-phase would put them there, and phase n goes back as rollback-phase would take it. */
export async function attempt(
  run: WritingRun,
  writer: Writer,
  scratch: Scratch,
  copy: Copy,
  phase: StoredPhase,
  commands: Commands,
): Promise<Attempt> {
  await accountThere(writer, scratch, run.signal);
  const ground = await furnish(run, writer, copy);
  if (ground !== undefined) return { ...NOTHING, incomplete: [ground] };
  const last = copy.phases.find((p) => p.number === phase.number);
  const earlier: KubeObject[] = [];
  for (const one of copy.phases.filter((p) => p.number < phase.number)) {
    const done = await put(run, writer, scratch, one);
    if (done.problem !== undefined) return { ...NOTHING, incomplete: [done.problem] };
    earlier.push(...done.objects);
  }
  const unready = await awaitReady(run, writer, earlier, Math.min(phase.timeout_ms, READY_MS));
  if (run.signal.aborted) return NOTHING;
  const before = await stateOf(writer, scratch, earlier);

  const done = await put(run, writer, scratch, last ?? { number: phase.number, objects: [], take_over: [] });
  const unreadyToo = await awaitReady(run, writer, done.objects, Math.min(phase.timeout_ms, READY_MS));
  if (run.signal.aborted) return NOTHING;
  const incomplete = [...(done.problem === undefined ? [] : [done.problem]), ...unready, ...unreadyToo];
  return { ...(await rolledBack(run, writer, scratch, phase, done, before, commands)), incomplete };
}

/** What the plan's objects need, and what was there before them. */
async function furnish(run: WritingRun, writer: Writer, copy: Copy): Promise<string | undefined> {
  const accounts = copy.borrowed.filter((o) => o.kind === 'ServiceAccount');
  const others = [...copy.borrowed.filter((o) => o.kind !== 'ServiceAccount'), ...copy.before];
  const made = await createAll(writer, others, {
    run: run.id,
    signal: run.signal,
    intended: nothing,
    created: nothing,
  });
  if (made.failed !== undefined) return `${called(made.failed.ref)} could not be copied: ${made.failed.error.message}`;
  for (const account of accounts) {
    // The namespace has its default account already.
    const done = await writer.apply(account, { force: true });
    if (!done.ok) return `ServiceAccount/${account.metadata.name} could not be copied: ${done.error.message}`;
  }
  return undefined;
}

/** The namespace is on record, and with it all that will be in it. */
const nothing = async () => {};

type Put = {
  readonly placed: readonly PlacedOnce[];
  readonly images: ReadonlyMap<string, BeforeImage>;
  readonly objects: readonly KubeObject[];
  readonly problem: string | undefined;
};

async function put(run: WritingRun, writer: Writer, scratch: Scratch, phase: CopiedPhase): Promise<Put> {
  const placed: PlacedOnce[] = [];
  const images = new Map<string, BeforeImage>();
  const options: ApplyOptions = {
    namespace: scratch.name,
    dryRun: false,
    takeOver: phase.take_over,
    signal: run.signal,
    intended: async (ref, before) => {
      if (before !== undefined) images.set(identityOf(ref), before);
    },
    applied: async (done: Applied) => {
      const key = identityOf(done.ref);
      placed.push({ object: done.ref, run: run.id, seq: placed.length, ...(images.has(key) ? { before: key } : {}) });
      run.progress(`rehearsal: ${called(done.ref)} ${done.action} in ${scratch.name}`);
    },
  };
  const outcome = await applyAll(writer, phase.objects, options);
  const [problem] = outcome.problems;
  return {
    placed,
    images,
    objects: outcome.applied.map((a) => a.object),
    problem:
      problem === undefined ? undefined : `phase ${phase.number} can't be applied to the copy: ${problem.message}`,
  };
}

async function rolledBack(
  run: WritingRun,
  writer: Writer,
  scratch: Scratch,
  phase: StoredPhase,
  done: Put,
  before: State,
  commands: Commands,
): Promise<Omit<Attempt, 'incomplete'>> {
  const steps = stepsBack(done.placed, phase.rollback);
  const removing = steps.filter((s) => s.action === 'remove').map((s) => s.object);
  const claims = await outliving(writer, removing);
  const way = wayBack(phase.rollback);
  const options = {
    timeoutMs: COMMAND_TIMEOUT_MS,
    stopAtFailure: false,
    files: commands.files,
    writes: true,
    secrets: commands.secrets,
    namespace: scratch.name,
  };
  const runnable = (list: readonly string[]) => list.filter((c) => commands.runnable.has(c));
  const first = await runCommands(run, runnable(way.before), options);
  const undone = await undo(writer, steps, {
    before: async (step) => done.images.get(step.before ?? ''),
    gone: nothing,
    hurry: true,
    progress: run.progress,
  });
  const outcomes = [...first, ...(await runCommands(run, runnable(way.after), options))];

  const kept = steps.flatMap((s) =>
    s.action === 'keep' ? [{ object: called(s.object), why: s.because ?? 'as the plan says' }] : [],
  );
  const stays = new Set([...kept.map((k) => k.object), ...claims.map((c) => called(c.object))]);
  const left = await leftBehind(writer, scratch, before.inventory, (thing) => stays.has(thing.name), run.signal);
  const touched = new Set(done.placed.map((p) => called(p.object)));
  return {
    applied: done.placed.map((p) => called(p.object)),
    removed: undone.removed,
    restored: undone.restored,
    remaining: [...kept, ...(await stillThere(writer, claims)).map((c) => ({ object: called(c.object), why: c.why }))],
    commands: outcomes,
    wrong: [
      ...outcomes.filter((c) => c.verdict.status !== 'pass').map((c) => c.verdict.message),
      ...undone.failures.map((f) => `${f.object} is not back: ${f.why}`),
      ...undone.recreated.map((name) => `${name} was recreated: what it held before the phase is lost`),
      ...(await takenOver(writer, removing)).map(
        (t) => `${t.object}: there is another one of that name after the rollback`,
      ),
      ...left,
      ...(await earlierHurt(writer, before, touched)),
    ],
  };
}
