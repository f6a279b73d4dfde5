import { type Condition, conditionOf, type KubeObject, numberAt, textAt } from '../kube-object.ts';

/** What one object says about itself. `final`: waiting longer won't change it. */
export type Reading = {
  readonly status: 'ready' | 'waiting' | 'failed' | 'unknown';
  /** CamelCase, programs may match it. */
  readonly reason: string;
  readonly message: string;
  readonly final: boolean;
};

export type Reader = (object: KubeObject) => Reading;

export const ready = (reason: string, message: string): Reading => ({ status: 'ready', reason, message, final: false });
export const waiting = (reason: string, message: string): Reading => ({
  status: 'waiting',
  reason,
  message,
  final: false,
});
export const failed = (reason: string, message: string, final = true): Reading => ({
  status: 'failed',
  reason,
  message,
  final,
});
export const unknown = (reason: string, message: string): Reading => ({
  status: 'unknown',
  reason,
  message,
  final: false,
});

/** The controller has not seen the latest spec yet, as far as the object itself says. */
export function behind(object: KubeObject, condition?: Condition): Reading | undefined {
  const { generation } = object.metadata;
  if (generation === undefined) return undefined;
  const observed = condition?.observedGeneration ?? numberAt(object, 'status', 'observedGeneration');
  if (observed === undefined || observed >= generation) return undefined;
  return waiting('NotObserved', `its controller has seen generation ${observed}, not ${generation} yet`);
}

/** For kinds whose controllers always write observedGeneration: not there means not looked at. */
export function mustBeObserved(object: KubeObject): Reading | undefined {
  if (numberAt(object, 'status', 'observedGeneration') === undefined) {
    return waiting('NotObserved', 'its controller has not looked at it yet');
  }
  return behind(object);
}

const said = (condition: Condition): string =>
  `${condition.type} is ${condition.status}${condition.message === '' ? '' : `: ${condition.message}`}`;

/** A condition that must be True; anything else is waiting, in the condition's own words. */
export function needs(object: KubeObject, type: string): Reading | undefined {
  const condition = conditionOf(object, type);
  if (condition === undefined) return waiting(`No${type}Condition`, `it has no condition ${type} yet`);
  const late = behind(object, condition);
  if (late !== undefined) return late;
  if (condition.status === 'True') return undefined;
  return waiting(condition.reason || `Not${type}`, said(condition));
}

/** A condition that must not be True (Degraded, Stalled …). */
export function mustNot(object: KubeObject, type: string): Reading | undefined {
  const condition = conditionOf(object, type);
  if (condition?.status !== 'True') return undefined;
  return waiting(condition.reason || type, said(condition));
}

/** A condition that, once True, ends it. */
export function endsIf(object: KubeObject, type: string, final = true): Reading | undefined {
  const condition = conditionOf(object, type);
  if (condition?.status !== 'True' || behind(object, condition) !== undefined) return undefined;
  return failed(condition.reason || type, said(condition), final);
}

/** All these conditions True, and its message. */
export const allTrue =
  (...types: readonly string[]): Reader =>
  (object) => {
    for (const type of types) {
      const no = needs(object, type);
      if (no !== undefined) return no;
    }
    return ready(types.at(-1) ?? 'Ready', `${types.join(' and ')} ${types.length > 1 ? 'are' : 'is'} True`);
  };

/** A kind that is only stored: nothing acts on it by itself, so there is nothing to wait for. */
export const stored: Reader = (object) =>
  object.metadata.uid === undefined
    ? waiting('NotStored', 'it has no UID: it has not been stored yet')
    : ready('Stored', 'it is stored; nothing more happens to an object of this kind by itself');

/** Phases that decide; any other is waiting. */
export const byPhase =
  (
    field: string,
    table: { readonly good: readonly string[]; readonly bad?: readonly string[]; readonly final?: boolean },
  ): Reader =>
  (object) => {
    const phase = textAt(object, 'status', field);
    const message =
      ['message', 'reason', 'phaseReason'].map((key) => textAt(object, 'status', key)).find((m) => m !== '') ?? '';
    if (phase === '') return waiting('NoStatus', `its controller has not written status.${field} yet`);
    const words = `${field} is ${phase}${message === '' ? '' : `: ${message}`}`;
    if (table.good.includes(phase)) return behind(object) ?? ready(camel(phase), words);
    if (table.bad?.includes(phase)) return failed(camel(phase), words, table.final ?? true);
    return waiting(camel(phase), words);
  };

/** Any words → one CamelCase word. */
export const camel = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (word[0] ?? '').toUpperCase() + word.slice(1))
    .join('') || 'Unnamed';
