import type { Judgement, Settled, Sight } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { diagnose, type Failure, subjectRef, treeOf, unsteadyFor } from '../objects/index.ts';
import { fail, pass, unknown } from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';
import { complaintsOf } from './complaint.ts';
import { lastWordsOf } from './last-words.ts';
import { operatorOf } from './operator.ts';
import { cancelled, type Outcome } from './outcome.ts';
import type { CriterionStanding } from './standing.ts';

/** When it is over: every criterion holds (since `at`, when it first held), or a failure that waiting won't mend. */
export type Decided = {
  readonly standings: readonly CriterionStanding[];
  readonly at: number;
  readonly failure?: Failure;
};

/** What a shot is judged by. */
export type Judge = {
  evaluate(sight: Sight): Promise<Judgement<Decided>>;
  conclude(settled: Settled<Decided>): Promise<Outcome>;
};

/** An operator that has not looked at its object for this part of the time won't. */
const SILENCE_MS = 60_000;
const SILENCE_SHARE = 0.6;

export function judgeBy(
  standingsOf: (sight: Sight) => Promise<readonly CriterionStanding[]>,
  began: number,
  timeoutMs: number,
  reader: Reader,
  notShown: (sight: Sight) => string | undefined = () => undefined,
): Judge {
  const silence = Math.min(SILENCE_MS, timeoutMs * SILENCE_SHARE);
  const complaints = complaintsOf(reader);
  const heard = lastWordsOf(reader);

  let heldSince: number | undefined;

  /** The first that is final also by what its container said last, else the best explanation so far. */
  const telling = async (sight: Sight): Promise<Failure | undefined> => {
    const all = await Promise.all(explainAll(sight, began).map((failure) => heard(failure, sight)));
    return all.find((failure) => failure.final) ?? all[0];
  };

  const evaluate = async (sight: Sight): Promise<Judgement<Decided>> => {
    const standings = await standingsOf(sight);
    const open = standings.find((s) => !s.holds) ?? unproven(notShown(sight));
    if (open === undefined) {
      heldSince ??= sight.now;
      const left = unsteadyFor(sight.tree, heldSince, sight.now);
      return left <= 0
        ? { kind: 'decided', value: { standings, at: heldSince } }
        : { kind: 'waiting', for: 'it holds; that it goes on holding', again_ms: left };
    }
    heldSince = undefined;
    const failure = await telling(sight);
    const isSilent = failure?.reason === 'OperatorSilent' && sight.now - began > silence;
    if (failure !== undefined && (failure.final || isSilent))
      return { kind: 'decided', value: { standings, failure, at: sight.now } };
    const never = standings.find((s) => s.final === true);
    if (never !== undefined)
      return { kind: 'decided', value: { standings, failure: canNotHold(never), at: sight.now } };
    const complaint = failure === undefined && sight.now - began > silence ? await complaints(sight) : undefined;
    if (complaint !== undefined) return { kind: 'decided', value: { standings, failure: complaint, at: sight.now } };
    const so = failure === undefined ? open.because : `${failure.object}: ${failure.reason}: ${failure.message}`;
    return { kind: 'waiting', for: `${open.text} (${shortened(so, 200)})` };
  };

  const conclude = async (settled: Settled<Decided>): Promise<Outcome> => {
    const { sight } = settled;
    if (settled.kind === 'cancelled') return cancelled(sight, await standingsOf(sight));
    if (settled.kind === 'decided') {
      const { standings, failure, at } = settled.value;
      if (failure === undefined) return passed(standings, at, sight);
      return failed(await withOperator(failure, sight, reader), standings, sight, at);
    }
    const standings = await standingsOf(sight);
    if (heldSince !== undefined && standings.every((s) => s.holds)) return passed(standings, heldSince, sight);
    const asked = await reader.version();
    if (!asked.ok) {
      const message = `the API server could not be heard at the end (${asked.error.reason}); nothing was concluded`;
      return { verdict: unknown('ClusterUnreachable', message), failure: undefined, standings, sight, at: sight.now };
    }
    const best = explain(sight, began) ?? (await complaints(sight));
    const lacking = standings.every((s) => s.holds) ? notShown(sight) : undefined;
    if (lacking !== undefined && best === undefined) {
      const message = `the criteria hold, but ${lacking} within ${timeoutMs / 1000} s, so it is not proven`;
      return { verdict: unknown('NotShown', message), failure: undefined, standings, sight, at: sight.now };
    }
    const failure = late(best, settled.waitingFor, timeoutMs, sight);
    return failed(await withOperator(failure, sight, reader), standings, sight, sight.now);
  };
  return { evaluate, conclude };
}

const unproven = (lacking: string | undefined): CriterionStanding | undefined =>
  lacking === undefined ? undefined : { text: 'what the bullet is about', holds: false, because: lacking };

const passed = (standings: readonly CriterionStanding[], at: number, sight: Sight): Outcome => ({
  verdict: pass('CriteriaHold', standings.map((s) => `${s.text}: ${s.because}`).join('; ')),
  failure: undefined,
  standings,
  sight,
  at,
});

const failed = (failure: Failure, standings: readonly CriterionStanding[], sight: Sight, at: number): Outcome => ({
  verdict: fail(failure.reason, failure.object === '' ? failure.message : `${failure.object}: ${failure.message}`),
  failure,
  standings,
  sight,
  at,
});

/** An operator that says nothing on its object may say it in its log; or there is none that could. */
async function withOperator(failure: Failure, sight: Sight, reader: Reader): Promise<Failure> {
  const object = sight.roots.find((root) => subjectRef(root) === failure.object);
  if (failure.reason !== 'OperatorSilent' || object === undefined) return failure;
  const operator = await operatorOf(reader, object);
  if (operator === undefined) return failure;
  const { pods, lines } = operator;
  const said =
    pods.length === 0
      ? 'no running Pod has a service account that may watch it'
      : lines.length === 0
        ? `${pods.join(', ')} may watch it and says nothing of it`
        : `${pods.join(', ')} says: ${lines.join(' ⏎ ')}`;
  return { ...failure, message: `${failure.message}; ${said}` };
}

/** The most telling thing that is wrong with each of the objects. */
const explainAll = (sight: Sight, began: number): Failure[] =>
  sight.roots.flatMap((root) => {
    const tree = { root, objects: treeOf(root, sight.tree), events: sight.events, known: sight.known };
    return diagnose(tree, { now: sight.now, since: began }) ?? [];
  });

/** The most telling of all, final ones first. */
function explain(sight: Sight, began: number): Failure | undefined {
  const found = explainAll(sight, began);
  return found.find((failure) => failure.final) ?? found[0];
}

const canNotHold = ({ text, because }: CriterionStanding): Failure => ({
  type: 'Other',
  reason: 'CriterionCanNotHold',
  message: `"${text}" can not hold any more: ${because}`,
  action: 'ask for what the object does (a Pod that ends: "Pod NAME completes"), or give it a command that stays',
  final: true,
  object: '',
});

/** Time is up: the best explanation so far, else that it took too long, and for what. */
function late(best: Failure | undefined, waitingFor: string, timeoutMs: number, sight: Sight): Failure {
  const waited = `after ${timeoutMs / 1000} s still waiting for ${waitingFor}`;
  if (best !== undefined) return { ...best, message: `${best.message} (${waited})` };
  const gone = sight.absent.map((ref) => `${ref.kind}/${ref.name}`);
  if (gone.length > 0) {
    return {
      type: 'Missing',
      reason: 'Deleted',
      message: `${gone.join(', ')} was deleted by someone else while it was watched`,
      action: 'find out what deletes it (a controller, a policy, a person)',
      final: true,
      object: gone[0] ?? '',
    };
  }
  const blind = sight.blind.map((b) => b.kind);
  return {
    type: 'Timeout',
    reason: 'Timeout',
    message: blind.length === 0 ? waited : `${waited}; ${blind.join(', ')} could not be watched`,
    action: 'see what it waited for, and give it more time (timeout) if it was on its way',
    final: true,
    object: '',
  };
}
