import { type Condition, conditionOf, type KubeObject, numberAt, textAt } from '../kube-object.ts';

/** What one object says about itself. `final`: waiting longer won't change it. */
export type Reading = {
  readonly status: 'ready' | 'waiting' | 'failed' | 'unknown';
  /** CamelCase, programs may match it. */
  readonly reason: string;
  readonly message: string;
  readonly final: boolean;
};

/** What is known beside the object itself. Nothing of it is needed; each makes a reading more certain. */
export type Known = {
  /** The definition of a custom kind: its printer columns and its status. */
  readonly crd?: KubeObject;
  /** Other objects of a custom kind in this cluster. */
  readonly peers?: readonly KubeObject[];
  /** What it owns, what it refers to (a claim's storage class, an autoscaler's target), and events about any of them. */
  readonly around?: readonly KubeObject[];
  /** Milliseconds since 1970. */
  readonly now?: number;
};

export type Reader = (object: KubeObject, known: Known) => Reading;

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
  if (condition === undefined) return waiting(`No${camel(type)}Condition`, `it has no condition ${type} yet`);
  const late = behind(object, condition);
  if (late !== undefined) return late;
  if (condition.status === 'True') return undefined;
  return waiting(condition.reason || `Not${camel(type)}`, said(condition));
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

/** The reason of an object whose kind shows nothing but that it was accepted: no operator writes this word. */
export const ACCEPTED = 'AcceptedWithoutStatus';

/** Its kind shows nothing but that the API server has accepted it. */
export const accepted = (object: KubeObject, message: string, reason = ACCEPTED): Reading =>
  isStored(object) ? ready(reason, message) : waiting('NotStored', 'it has not been stored yet');

/** Has the API server taken it in? These it fills in by itself. */
export const isStored = ({ metadata: { uid, creationTimestamp, generation, resourceVersion } }: KubeObject): boolean =>
  [uid, creationTimestamp, generation, resourceVersion].some((field) => field !== undefined);

/** A kind that is only stored: its controller, if it has one, writes nothing on it, so there is nothing to wait for. */
export const stored: Reader = (object) => accepted(object, 'it is stored; its kind shows nothing more', 'Stored');

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
