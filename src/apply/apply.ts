import type { ApiFailure, Conflict, Writer } from '../cluster/index.ts';
import { inOrder, withoutControllersFields } from '../objects/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { awaitUsable, providedBy } from './await.ts';
import { differences } from './compare.ts';
import { type BeforeImage, imageOf } from './image.ts';
import { placedIn } from './place.ts';
import { address, called, refOf } from './ref.ts';
import { type TakeOver, uncovered } from './takeover.ts';
import { trackedBy } from './tracked.ts';

export type Action = 'created' | 'changed' | 'unchanged';

export type Applied = {
  readonly ref: PlacedObject;
  readonly action: Action;
  /** Paths that differ from before; none for what was created. */
  readonly changes: readonly string[];
  readonly warnings: readonly string[];
  /** As the server stores it now, or would. */
  readonly object: KubeObject;
};

export type ApplyProblem = {
  readonly ref: PlacedObject;
  /** Tracked, Conflict, LiveDiffers, NotUsable, or the API server's own reason. */
  readonly reason: string;
  readonly message: string;
  readonly conflicts?: readonly Conflict[];
  readonly error?: ApiFailure;
};

export type ApplyOptions = {
  readonly namespace: string;
  readonly dryRun: boolean;
  readonly takeOver: readonly TakeOver[];
  /** Awaited before an object is touched: its before-image (none: it is new) is on record before it can change. */
  intended?(ref: PlacedObject, before: BeforeImage | undefined): Promise<void>;
  applied?(applied: Applied): Promise<void>;
  /** How long a CRD may take to be Established, a namespace to be Active. */
  readonly usableMs?: number;
  readonly signal?: AbortSignal;
};

export type ApplyOutcome = {
  /** In the order it was done; with dryRun, what would be. */
  readonly applied: readonly Applied[];
  readonly problems: readonly ApplyProblem[];
  readonly notTried: readonly PlacedObject[];
  /** With dryRun: objects whose kind or namespace is in the same set, so the server can't judge them yet. */
  readonly notJudged: readonly PlacedObject[];
};

/**
 * Server-side apply of a set, in dependency order. Everything is looked at first (whose it is, what would change, who is
 * in the way) and nothing is touched when any of it is wrong; then each is applied and compared with what the dry run
 * said. It stops at the first that fails, and says what was done by then.
 */
export async function applyAll(
  writer: Writer,
  given: readonly KubeObject[],
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const objects = inOrder(await placedIn(writer, given.map(withoutControllersFields), options.namespace));
  const looks = await Promise.all(objects.map((object) => look(writer, object, objects, options)));
  const problems = looks.flatMap((l) => (l.state === 'problem' ? [l.problem] : []));
  const notJudged = looks.flatMap((l) => (l.state === 'later' ? [l.ref] : []));
  if (problems.length > 0 || options.dryRun) {
    const applied = looks.flatMap((l) => (l.state === 'judged' ? [l.would] : []));
    const notTried = problems.length > 0 ? objects.map((o) => refOf(o)) : [];
    return { applied: problems.length > 0 && !options.dryRun ? [] : applied, problems, notTried, notJudged };
  }

  const applied: Applied[] = [];
  for (const [index, object] of objects.entries()) {
    const stop = (problem?: ApplyProblem): ApplyOutcome => ({
      applied,
      problems: problem === undefined ? [] : [problem],
      notTried: objects.slice(problem === undefined ? index : index + 1).map((o) => refOf(o)),
      notJudged: [],
    });
    if (options.signal?.aborted) return stop();
    const seen = current(looks[index], applied) ?? (await look(writer, object, [], options));
    if (seen.state === 'problem') return stop(seen.problem);
    if (seen.state === 'later') continue;
    const { done, problem } = await applyOne(writer, object, seen, options);
    if (done !== undefined) {
      applied.push(done);
      await options.applied?.(done);
    }
    if (done === undefined || problem !== undefined) return stop(problem);
    const needed = objects.slice(index + 1).some((later) => providedBy(later, [object]));
    const usable = needed ? await awaitUsable(writer, done.object, options.usableMs ?? 60_000) : undefined;
    if (usable !== undefined) return stop({ ref: done.ref, ...usable });
  }
  return { applied, problems: [], notTried: [], notJudged: [] };
}

/**
 * What could not be judged before can be now: its CRD or namespace is there. What was judged before a LimitRange or a
 * webhook of the same set was there is judged again, with it.
 */
const current = (first: Look | undefined, applied: readonly Applied[]): Look | undefined =>
  first?.state === 'judged' && !applied.some(decidesAboutOthers) ? first : undefined;

/** Kinds by which admission changes or fills in other objects. */
const ADMISSION: ReadonlySet<string> = new Set([
  'LimitRange',
  'MutatingWebhookConfiguration',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'PriorityClass',
  'RuntimeClass',
  'ServiceAccount',
  'StorageClass',
]);

const decidesAboutOthers = ({ ref, action }: Applied): boolean => action !== 'unchanged' && ADMISSION.has(ref.kind);

type Look =
  | {
      readonly state: 'judged';
      readonly ref: PlacedObject;
      readonly live: KubeObject | undefined;
      readonly would: Applied;
      readonly force: boolean;
      /** Where two dry runs of the same manifest differ: the API server generates these fields. */
      readonly generated: ReadonlySet<string>;
    }
  | { readonly state: 'later'; readonly ref: PlacedObject }
  | { readonly state: 'problem'; readonly problem: ApplyProblem };

/** What is there now, whose it is, and what the server would make of ours. Changes nothing. */
async function look(
  writer: Writer,
  object: KubeObject,
  set: readonly KubeObject[],
  options: ApplyOptions,
): Promise<Look> {
  const ref = refOf(object);
  const problem = (reason: string, message: string, more: Partial<ApplyProblem> = {}): Look => ({
    state: 'problem',
    problem: { ref, reason, message, ...more },
  });
  const fromServer = (error: ApiFailure) => problem(error.reason, `${called(ref)}: ${error.message}`, { error });

  const there = await writer.getIfThere(address(ref));
  const provided = providedBy(object, set);
  if (!there.ok) return provided ? { state: 'later', ref } : fromServer(there.error);
  const live = there.value;
  const tracker = live === undefined ? undefined : trackedBy(live);
  if (tracker !== undefined) {
    return problem(
      'Tracked',
      `${called(ref)} is kept by ${tracker.by} (${tracker.via}); change it there, or plan the phase with another delivery`,
    );
  }
  let force = false;
  let dry = await writer.dryRun(object, { verb: 'apply' });
  if (!dry.ok && dry.error.conflicts !== undefined && dry.error.conflicts.length > 0) {
    const left = uncovered(ref, dry.error.conflicts, options.takeOver);
    if (left.length > 0) return problem('Conflict', conflictText(ref, left), { conflicts: left, error: dry.error });
    force = true;
    dry = await writer.dryRun(object, { verb: 'apply', force });
  }
  if (!dry.ok) return provided ? { state: 'later', ref } : fromServer(dry.error);
  const { object: would, warnings } = dry.value;
  const changes = live === undefined ? [] : differences(live, would);
  const again =
    live === undefined && !options.dryRun ? await writer.dryRun(object, { verb: 'apply', force }) : undefined;
  const generated = new Set(again?.ok === true ? differences(would, again.value.object) : []);
  const action: Action = live === undefined ? 'created' : changes.length === 0 ? 'unchanged' : 'changed';
  const uid = live?.metadata.uid;
  const found = uid === undefined ? ref : { ...ref, uid };
  return {
    state: 'judged',
    ref: found,
    live,
    force,
    generated,
    would: { ref: found, action, changes, warnings, object: would },
  };
}

const conflictText = (ref: PlacedObject, conflicts: readonly Conflict[]): string =>
  `${called(ref)}: ${conflicts.map((c) => `${c.manager} owns ${c.fields.join(', ')}`).join('; ')}. Leave these fields to it, or name them in the plan's take_over.`;

async function applyOne(
  writer: Writer,
  object: KubeObject,
  seen: Extract<Look, { state: 'judged' }>,
  options: ApplyOptions,
): Promise<{ done?: Applied; problem?: ApplyProblem }> {
  const { ref, live, force, generated, would } = seen;
  await options.intended?.(ref, live === undefined ? undefined : imageOf(live));
  const answer = await writer.apply(object, { force });
  if (!answer.ok) {
    const { error } = answer;
    return { problem: { ref, reason: error.reason, message: `${called(ref)}: ${error.message}`, error } };
  }
  const { object: stored, warnings } = answer.value;
  const done: Applied = { ref: refOf(stored), action: would.action, changes: would.changes, warnings, object: stored };
  const unlike = differences(would.object, stored).filter((path) => !generated.has(path));
  if (unlike.length === 0) return { done };
  return {
    done,
    problem: {
      ref: done.ref,
      reason: 'LiveDiffers',
      message: `${called(ref)} was applied, but is not what the dry run said at ${unlike.slice(0, 5).join(', ')}: something else writes to it, or admission decides differently now`,
    },
  };
}
