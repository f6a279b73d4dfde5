import type { Sight } from '../../apply/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { type Refusal, refuse } from '../../workflow/index.ts';
import type { CriterionStanding } from './answer.ts';

/** The success criteria of a shot: parsed before anything is created, judged over what is seen. */
export type Criteria = {
  readonly texts: readonly string[];
  /** One that holds already on what the dry run answered; it would prove nothing. */
  alreadyTrue(would: readonly KubeObject[]): string | undefined;
  standings(sight: Sight): readonly CriterionStanding[];
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
  return {
    texts,
    alreadyTrue: (would) =>
      predicates.find((p) => p.holds({ now: Date.now(), roots: would, absent: [], tree: would, events: [], blind: [] }))
        ?.text,
    standings,
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
