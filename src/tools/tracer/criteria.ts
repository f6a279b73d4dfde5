import type { Judgement, Settled, Sight } from '../../apply/index.ts';
import type { Reader } from '../../cluster/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { fail, pass, type Refusal, refuse, unknown } from '../../workflow/index.ts';
import type { CriterionStanding } from './answer.ts';
import { statuses } from './evidence.ts';
import { cancelled, type Outcome } from './outcome.ts';
import type { Failure } from './rejection.ts';

export type Decided = { readonly standings: readonly CriterionStanding[]; readonly failure?: Failure };

/** The success criteria of a shot: parsed before anything is created, judged over what is seen. */
export type Criteria = {
  readonly texts: readonly string[];
  /** One that holds already on what the dry run answered; it would prove nothing. */
  alreadyTrue(would: readonly KubeObject[]): string | undefined;
  evaluate(sight: Sight): Judgement<Decided>;
  conclude(settled: Settled<Decided>, reader: Reader, timeoutMs: number): Promise<Outcome>;
};

type Predicate = { readonly text: string; holds(sight: Sight): boolean };

export function parseCriteria(given: string | readonly string[]): Criteria | Refusal {
  const texts = typeof given === 'string' ? [given] : given;
  const predicates: Predicate[] = [];
  for (const text of texts) {
    const parsed = parse(text);
    if (parsed === undefined) return refuse('BAD_INPUT', `success_criteria: "${text}" is not understood.`);
    predicates.push(parsed);
  }
  const standings = (sight: Sight) =>
    predicates.map((p) => ({ text: p.text, holds: p.holds(sight), because: p.holds(sight) ? 'holds' : 'not yet' }));
  const evaluate = (sight: Sight): Judgement<Decided> => {
    const standing = standings(sight);
    if (standing.every((s) => s.holds)) return { kind: 'decided', value: { standings: standing } };
    const failure = failureIn(sight);
    if (failure !== undefined) return { kind: 'decided', value: { standings: standing, failure } };
    return { kind: 'waiting', for: standing.find((s) => !s.holds)?.text ?? '' };
  };
  return {
    texts,
    alreadyTrue: (would) =>
      predicates.find((p) => p.holds({ now: Date.now(), roots: would, absent: [], tree: would, events: [], blind: [] }))
        ?.text,
    evaluate,
    async conclude(settled, _reader, timeoutMs) {
      if (settled.kind === 'cancelled') return cancelled(settled.sight, standings(settled.sight));
      if (settled.kind === 'decided') {
        const { failure } = settled.value;
        const base = { standings: settled.value.standings, sight: settled.sight, failure };
        return failure === undefined
          ? { ...base, verdict: pass('CriteriaHold', 'every criterion holds') }
          : { ...base, verdict: fail(failure.reason, failure.message) };
      }
      if (settled.sight.roots.length === 0) {
        return {
          verdict: unknown('NotSeen', 'nothing was seen'),
          failure: undefined,
          standings: [],
          sight: settled.sight,
        };
      }
      const message = `after ${timeoutMs / 1000} s still waiting for ${settled.waitingFor}`;
      return {
        verdict: fail('Timeout', message),
        failure: { type: 'Timeout', reason: 'Timeout', message, action: 'see what it waited for' },
        standings: standings(settled.sight),
        sight: settled.sight,
      };
    },
  };
}

function parse(text: string): Predicate | undefined {
  const ready = /^(\w+) (?:reaches|is) (\w+)(?: state)?$/i.exec(text.trim());
  const condition = /^condition=(\w+)(?:=(\w+))?$/i.exec(text.trim());
  if (condition !== null) {
    return { text, holds: (s) => s.roots.some((o) => conditionIs(o, condition[1] ?? '', condition[2] ?? 'True')) };
  }
  if (ready === null) return undefined;
  const [, kind = '', state = ''] = ready;
  return {
    text,
    holds: (s) =>
      s.tree.some(
        (o) =>
          o.kind.toLowerCase() === kind.toLowerCase() &&
          (phaseOf(o).toLowerCase() === state.toLowerCase() || conditionIs(o, state, 'True')),
      ),
  };
}

type Map = Record<string, unknown>;
const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value);
const phaseOf = (object: KubeObject) => (isMap(object.status) ? String(object.status.phase ?? '') : '');
function conditionIs(object: KubeObject, type: string, status: string): boolean {
  const list = isMap(object.status) && Array.isArray(object.status.conditions) ? object.status.conditions : [];
  return list.some((c) => isMap(c) && String(c.type).toLowerCase() === type.toLowerCase() && c.status === status);
}

function failureIn(sight: Sight): Failure | undefined {
  for (const object of sight.tree) {
    for (const status of statuses(object)) {
      const waiting = isMap(status.state) && isMap(status.state.waiting) ? status.state.waiting : {};
      if (['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'].includes(String(waiting.reason))) {
        return {
          type: 'ImagePull',
          reason: String(waiting.reason),
          message: String(waiting.message ?? ''),
          action: 'name an image that can be pulled',
        };
      }
    }
  }
  return undefined;
}
