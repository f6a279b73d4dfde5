import { called, type Settled, type Sight, settle } from '../apply/index.ts';
import { criteriaOver } from '../bullets/criteria.ts';
import { lastWordsOf } from '../bullets/last-words.ts';
import type { Reader } from '../cluster/index.ts';
import { isSubject, needsPerson, type Predicate, parseCriterion } from '../criteria/index.ts';
import type { ReadingRun } from '../engine/tool.ts';
import {
  type Failure,
  type KubeObject,
  mayStay,
  readiness,
  restarts,
  STEADY_AFTER_RESTART_MS,
} from '../objects/index.ts';
import { objectsOf, readCriterion, servicesWithPods } from '../plan/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import { endpointsCheck } from './endpoints.ts';
import { failureOf } from './failure-of.ts';
import { finishedJob } from './finished.ts';
import { doneCheck, type FinishedJobs, finishedIn, sightOf } from './finished-sight.ts';
import { holdingFor } from './holding.ts';
import type { LiveObject } from './live.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

export type SettledPhase = {
  readonly checks: readonly PhaseCheck[];
  readonly predicates: readonly Predicate[];
  readonly sight: Sight | undefined;
  readonly finished?: FinishedJobs;
  /** It failed for good, or its time is up. */
  readonly over?: boolean;
};

type Judged = { readonly ready: readonly PhaseCheck[]; readonly criteria: readonly PhaseCheck[] };

/** A reason that was there before this gate is given this long to pass by itself. */
const PATIENCE_MS = 30_000;
/** Longer than anything has to hold by itself (objects/steady.ts). */
const LONGEST_HOLD_MS = STEADY_AFTER_RESTART_MS + 5_000;
/** So long it may take until everything is seen a second time. */
const SEEN_AGAIN_MS = 4_000;

/**
 * Waits until every resource of the phase is ready and its criteria hold, a failure is final, or the phase's time is up.
 * A kind nobody can judge by itself is judged by the criteria about it.
 */
export async function awaitSettled(
  run: ReadingRun,
  reader: Reader,
  stored: StoredPlan,
  phase: StoredPhase,
  live: readonly LiveObject[],
  failedBefore: boolean,
): Promise<SettledPhase> {
  const own = live.flatMap((l) => (l.live === undefined ? [] : [l.live]));
  const parsed = predicatesOf(stored, phase);
  const done = (
    await Promise.all(live.map((l) => (l.finished === undefined ? undefined : finishedJob(run, l.finished))))
  ).flatMap((job) => job ?? []);
  const roots = [...own, ...(await earlierSubjects(reader, run, stored, phase, [...own, ...done], parsed.predicates))];
  const isOwn = (root: KubeObject) => own.some((o) => o.metadata.uid === root.metadata.uid);
  // A phase of commands alone is judged by what its criteria say of the objects of phases before.
  if (done.length > 0 && roots.length === 0) {
    const sight = sightOf(done);
    return {
      checks: [...parsed.checks, ...done.map(doneCheck), ...(await judged(reader, parsed.predicates, sight))],
      predicates: parsed.predicates,
      sight: undefined,
    };
  }
  if (roots.length === 0 || (own.length === 0 && done.length === 0 && live.length > 0)) {
    const nothing = parsed.predicates.map((p) =>
      phaseCheck(`criterion: ${p.text}`, fail('NotFound', 'no resource of this phase is there')),
    );
    return { checks: [...parsed.checks, ...nothing], predicates: parsed.predicates, sight: undefined };
  }
  const criteria = criteriaOver(reader, parsed.predicates);
  const finished = finishedIn(run, phase, done);
  const served = servicesWithPods(stored.loaded, phase.number).map((o) => o.metadata.name);
  const asksEndpoints = (root: KubeObject) =>
    root.kind === 'Service' &&
    served.includes(root.metadata.name) &&
    // What the plan says about the Service itself is what counts, also that it has none.
    !parsed.predicates.some((p) => p.target.subjects.some((s) => isSubject(s, root)));
  const since = Date.now();
  const holding = holdingFor(phase.settle_ms);
  const heard = lastWordsOf(reader);
  let last: Judged = { ready: [], criteria: [] };
  const settled = await settle<'held' | 'failed' | 'late'>(reader, {
    roots,
    // What became ready in the last second is still watched for as long as it takes.
    timeoutMs: phase.timeout_ms + LONGEST_HOLD_MS + (phase.settle_ms ?? 0),
    signal: run.signal,
    progress: (message) => run.progress(`phase ${phase.number}: ${message}`),
    async evaluate(seen) {
      const sight = await finished.into(seen);
      const standings = await criteria.standings(sight);
      last = {
        ready: [
          ...done.map(doneCheck),
          ...sight.roots.filter(isOwn).map((root) => readyCheck(root, sight, since, parsed.predicates)),
          ...sight.roots
            .filter((root) => isOwn(root) && asksEndpoints(root))
            .map((root) => endpointsCheck(root, sight.tree)),
        ],
        criteria: standings.map(standingCheck),
      };
      const all = [...last.ready, ...last.criteria];
      const open = all.find((c) => c.status !== 'PASS');
      const ready = (root: KubeObject) =>
        !isOwn(root) || readyCheck(root, sight, since, parsed.predicates).status === 'PASS';
      const left = holding.left(sight, ready, open === undefined);
      if (open === undefined)
        return left <= 0
          ? { kind: 'decided', value: 'held' }
          : { kind: 'waiting', for: 'everything holds; that it goes on holding', again_ms: left };
      if (standings.some((s) => s.final === true) || (await failedForGood(sight, since, failedBefore, heard)))
        return { kind: 'decided', value: 'failed' };
      if (sight.now - since >= phase.timeout_ms) return { kind: 'decided', value: 'late' };
      return { kind: 'waiting', for: open.message };
    },
  });
  const isLate = settled.kind === 'timeout' || (settled.kind === 'decided' && settled.value === 'late');
  const late = isLate ? ` (waited ${phase.timeout_ms / 1000} s)` : '';
  const checks = [...last.ready, ...last.criteria].map((c) =>
    c.status === 'PASS' ? c : { ...c, message: `${c.message}${late}` },
  );
  const blind = settled.sight.blind.map((b) =>
    phaseCheck(`seen: ${b.kind}`, unknown('NotVisible', `${b.kind} can't be watched: ${b.reason}`)),
  );
  return {
    checks: [...parsed.checks, ...checks, ...blind, ...lasting(phase, settled, checks)],
    predicates: parsed.predicates,
    sight: settled.sight,
    finished,
    over: isLate || (settled.kind === 'decided' && settled.value === 'failed'),
  };
}

/** Whether it went on holding on the watch that saw it hold. */
function lasting(phase: StoredPhase, settled: Settled<unknown>, checks: readonly PhaseCheck[]): PhaseCheck[] {
  if (!checks.every((c) => c.status === 'PASS')) return [];
  const restarted = 'it held, but containers were restarted before it had held for long enough';
  return [
    settled.kind === 'decided'
      ? phaseCheck('still holds', pass('Lasts', `phase ${phase.number} went on holding while it was watched`))
      : phaseCheck('still holds', fail('Restarting', restarted)),
  ];
}

const standingCheck = (s: { readonly text: string; readonly holds: boolean; readonly because: string }): PhaseCheck =>
  phaseCheck(`criterion: ${s.text}`, s.holds ? pass('Holds', s.because) : fail('DoesNotHold', s.because));

/** Criteria over what does not change any more. */
const judged = async (reader: Reader, predicates: readonly Predicate[], sight: Sight): Promise<PhaseCheck[]> =>
  (await criteriaOver(reader, predicates).standings(sight)).map(standingCheck);

/** The phase's criteria as predicates, read as submit-plan read them; those for a person can't be judged here and say so. */
function predicatesOf(stored: StoredPlan, phase: StoredPhase): { predicates: Predicate[]; checks: PhaseCheck[] } {
  const index = stored.loaded.phases.findIndex((p) => p.number === phase.number);
  const predicates: Predicate[] = [];
  const checks: PhaseCheck[] = [];
  for (const text of phase.success_criteria) {
    const read = readCriterion(text, stored.loaded, index, parseCriterion);
    if (!read.ok) checks.push(phaseCheck(`criterion: ${text}`, unknown('NotUnderstood', read.error)));
    else if (needsPerson(read.predicate)) {
      const words = 'a person approved the plan knowing that this is theirs to look at';
      checks.push(phaseCheck(`criterion: ${read.predicate.text}`, pass('ForAPerson', words)));
    } else predicates.push(...read.predicates);
  }
  return { predicates, checks };
}

/** A criterion may be about an object of a phase before: it is watched with this phase's own. */
async function earlierSubjects(
  reader: Reader,
  run: ReadingRun,
  stored: StoredPlan,
  phase: StoredPhase,
  own: readonly KubeObject[],
  predicates: readonly Predicate[],
): Promise<KubeObject[]> {
  const before = stored.loaded.phases.filter((p) => p.number < phase.number).flatMap(objectsOf);
  const wanted = predicates
    .flatMap((p) => p.target.subjects)
    .filter((subject) => !own.some((object) => isSubject(subject, object)))
    .flatMap((subject) => before.filter((o) => o.kind === subject.kind && o.name === subject.name));
  const found = new Map<string, KubeObject>();
  for (const ref of wanted) {
    const namespace = ref.namespace ?? run.deployment?.target.namespace;
    const there = await reader.getIfThere({ ...ref, ...(namespace === undefined ? {} : { namespace }) });
    if (there.ok && there.value !== undefined) found.set(there.value.metadata.uid ?? ref.name, there.value);
  }
  return [...found.values()];
}

function readyCheck(root: KubeObject, sight: Sight, since: number, predicates: readonly Predicate[]): PhaseCheck {
  const name = `ready: ${root.kind}/${root.metadata.name}`;
  const reading = readiness(root, sight.known(root));
  if (reading.status === 'ready') return phaseCheck(name, pass(reading.reason, reading.message));
  const judged = predicates.some(
    (p) => p.target.subjects.some((s) => isSubject(s, root)) || p.target.kind === root.kind,
  );
  const found = failureOf(root, sight, since);
  // That nothing reacts to it explains why it waits; where it may stay so, the criteria about it decide all the same.
  if (found !== undefined && !(judged && mayStay(reading) && found.reason === 'OperatorSilent')) {
    return phaseCheck(name, fail(found.reason, found.message), { failure: { type: found.type, action: found.action } });
  }
  if (mayStay(reading)) {
    if (judged) return phaseCheck(name, pass('JudgedByCriteria', `${reading.message}; the criteria about it judge it`));
    const words = `${reading.message}; no criterion of the phase is about it (one such as "${root.kind}/${root.metadata.name}: exists" would settle it)`;
    return phaseCheck(
      name,
      reading.status === 'unknown' ? unknown(reading.reason, words) : fail(reading.reason, words),
    );
  }
  return phaseCheck(name, fail(reading.reason, reading.message));
}

/** Only what is final ends it early: everything else has until the phase's time is up. */
async function failedForGood(
  sight: Sight,
  since: number,
  failedBefore: boolean,
  heard: ReturnType<typeof lastWordsOf>,
): Promise<boolean> {
  // After a gate that failed, what failed then may pass now: a quota just raised is noticed at the controller's next try.
  if (failedBefore && sight.now - since <= PATIENCE_MS) return false;
  for (const root of sight.roots) {
    const failure = finalFailure(root, sight, since);
    if (failure === undefined || mayWaitForAnother(failure, root, sight, since)) continue;
    if ((await heard(failure, sight)).final) return true;
  }
  return false;
}

function finalFailure(root: KubeObject, sight: Sight, since: number): Failure | undefined {
  if (readiness(root, sight.known(root)).status === 'ready') return undefined;
  const failure = failureOf(root, sight, since);
  return failure?.final === true ? failure : undefined;
}

const RESTARTS: readonly string[] = ['CrashLoopBackOff', 'InitContainerFailed'];

/** A container that ends and is started again may need another of the same phase that is still on its way. */
const mayWaitForAnother = ({ reason }: Failure, root: KubeObject, sight: Sight, since: number): boolean =>
  RESTARTS.includes(reason) &&
  sight.roots.some(
    (other) =>
      other !== root &&
      readiness(other, sight.known(other)).status !== 'ready' &&
      finalFailure(other, sight, since) === undefined,
  );

/** After the phase's commands ran: the criteria still hold, and nothing was restarted since. */
export async function stillHolds(
  run: ReadingRun,
  reader: Reader,
  phase: StoredPhase,
  before: SettledPhase,
): Promise<PhaseCheck[]> {
  if (before.sight === undefined) return [];
  const criteria = criteriaOver(reader, before.predicates);
  const { roots, tree } = before.sight;
  // Watches tell of the children one kind after another: judged when as much is seen as before, or after a while.
  const again = await settle<'seen'>(reader, {
    roots,
    timeoutMs: SEEN_AGAIN_MS,
    signal: run.signal,
    async evaluate(sight) {
      const known = (await before.finished?.into(sight)) ?? sight;
      const holds = (await criteria.standings(known)).every((s) => s.holds);
      const whole = known.roots.length >= roots.length && known.tree.length >= tree.length;
      return holds && whole
        ? { kind: 'decided', value: 'seen' }
        : { kind: 'waiting', for: 'everything to be seen again' };
    },
  });
  const last = (await before.finished?.into(again.sight)) ?? again.sight;
  const standings = await criteria.standings(last);
  const fallen = standings.find((s) => !s.holds);
  const more = restarts(last.tree) - restarts(tree);
  const gone = last.absent[0];
  const verdict: Verdict =
    gone !== undefined
      ? fail('Gone', `${called(gone)} was there and is gone`)
      : fallen !== undefined
        ? fail('DidNotLast', `"${fallen.text}" held and holds no longer: ${fallen.because}`)
        : more > 0
          ? fail('Restarting', `${more} container restart(s) while it was watched`)
          : pass('Lasts', `phase ${phase.number} still holds after its commands`);
  return [phaseCheck('still holds', verdict)];
}
