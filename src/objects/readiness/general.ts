import { type Condition, conditionsOf, isRecord, type KubeObject, numberAt, textAt } from '../kube-object.ts';
import { attached } from './attached.ts';
import { contraryOf, goodOf, POSITIVE } from './conditions.ts';
import { type Declared, declaredBy } from './definition.ts';
import {
  accepted,
  behind,
  camel,
  endsIf,
  failed,
  type Known,
  type Reading,
  ready,
  unknown,
  waiting,
} from './reading.ts';
import { type Word, wordsOf } from './words.ts';

/**
 * A custom resource that no table knows. Only its own positive word counts, and any contrary condition or phase word beats
 * it; labels count for nothing (Argo CD's health of numaflow reads one by which Numaplane marks one of two versions). No word at all is never taken for ready (kstatus does), because an operator that never looked at the object leaves
 * it just so; unless its kind is one that never gets a status.
 */
export function general(object: KubeObject, known: Known = {}): Reading {
  const declared = declaredBy(known.crd, object);
  const { status } = object;
  if (!isRecord(status) || Object.keys(status).length === 0) return noStatus(object, declared, known);
  const late = behind(object);
  if (late !== undefined) return late;
  const ended = endsIf(object, 'Stalled') ?? endsIf(object, 'Failed') ?? negative(object);
  if (ended !== undefined) return ended;
  const conditions = conditionsOf(object);
  const positive = new Set<string>([...POSITIVE, ...declared.conditions]);
  const phases = wordsOf(object, declared.phases);
  const against = contrary(conditions, positive, phases, object);
  if (against !== undefined) return against;
  const good = goodOf(conditions, positive);
  if (good !== undefined) return behind(object, good) ?? ready(good.reason || good.type, saying(good));
  return (
    attached(object) ?? byPhases(phases) ?? byReplicas(object) ?? needsCriterion(conditions, phases, declared.shown)
  );
}

/** Succeeded=False is for good in the duck type that Tekton, Knative and others share. */
function negative(object: KubeObject): Reading | undefined {
  const condition = conditionsOf(object).find((c) => c.type === 'Succeeded' && c.status === 'False');
  if (condition === undefined || behind(object, condition) !== undefined) return undefined;
  return failed(condition.reason || 'Failed', condition.message || 'Succeeded is False');
}

const saying = ({ type, status, message }: Condition): string =>
  `${type} is ${status}${message === '' ? '' : `: ${message}`}`;

/** Where operators put what is wrong now, in words; `lastError` and the like are history. */
const ERRORS = ['error', 'errorMessage', 'failureMessage', 'failureReason'] as const;

/** Whatever says that it doesn't work or isn't done, from the conditions and the phase words taken together. */
function contrary(
  conditions: readonly Condition[],
  positive: ReadonlySet<string>,
  phases: readonly Word[],
  object: KubeObject,
): Reading | undefined {
  const condition = contraryOf(conditions, positive);
  if (condition !== undefined) {
    const late = behind(object, condition);
    if (late !== undefined) return late;
    const good = goodOf(conditions, positive);
    const words =
      good === undefined || good === condition ? saying(condition) : `${saying(good)}, but ${saying(condition)}`;
    return waiting(condition.reason || (condition.status === 'True' ? condition.type : `Not${condition.type}`), words);
  }
  const error = ERRORS.map((field) => textAt(object, 'status', field)).find((text) => text !== '');
  if (error !== undefined) return waiting('ErrorReported', `its status reports: ${error}`);
  const bad = phases.find(({ says }) => says === 'bad');
  if (bad !== undefined) return failed(camel(bad.word), `${bad.field} is ${bad.word}${why(object)}`, false);
  const busy = phases.find(({ says }) => says === 'busy');
  if (busy !== undefined) return waiting(camel(busy.word), `${busy.field} is ${busy.word}${why(object)}`);
  const counted = byReplicas(object);
  return counted?.status === 'waiting' ? counted : undefined;
}

const why = (object: KubeObject): string => {
  const message = textAt(object, 'status', 'message') || textAt(object, 'status', 'reason');
  return message === '' ? '' : `: ${message}`;
};

function byPhases(phases: readonly Word[]): Reading | undefined {
  const good = phases.find(({ says }) => says === 'good');
  return good === undefined ? undefined : ready(camel(good.word), `${good.field} is ${good.word}`);
}

/** Of a kind that counts its Pods as a Deployment does: all that it asks for are ready, and all are of this template. */
function byReplicas(object: KubeObject): Reading | undefined {
  const want = numberAt(object, 'spec', 'replicas');
  const has = ['readyReplicas', 'availableReplicas', 'updatedReadyReplicas']
    .map((field) => numberAt(object, 'status', field))
    .find((n) => n !== undefined);
  if (want === undefined || want === 0 || has === undefined) return undefined;
  const fewest = Math.min(has, numberAt(object, 'status', 'updatedReplicas') ?? has);
  return fewest < want
    ? waiting('ReadyReplicas', `${fewest} of ${want} replicas are up to date and ready`)
    : ready('ReplicasReady', `${has} of ${want} replicas are ready`);
}

/**
 * A kind without any status is ready once it is accepted: its definition says so, or the objects of the kind that have
 * been in the cluster for a while and have none either, where its definition prints nothing of a status.
 */
function noStatus(object: KubeObject, declared: Declared, { peers = [] }: Known): Reading {
  const more = 'a criterion about what comes of it would prove more';
  if (declared.status === 'none') {
    return accepted(object, `it is accepted; its kind has no status, so nothing else shows on it: ${more}`);
  }
  const others = peers.filter((peer) => peer.metadata.uid !== object.metadata.uid && isSettled(peer, object));
  const silent = others.every(({ status }) => !isRecord(status) || Object.keys(status).length === 0);
  if (declared.status !== 'printed' && others.length > 0 && silent) {
    return accepted(
      object,
      `it is accepted; none of the ${others.length} others of its kind here has a status: ${more}`,
    );
  }
  if (declared.status === 'not known' && others.length === 0) {
    return unknown(
      'NoStatus',
      'it has no status, and whether its kind ever gets one is not known; give a criterion about it, or about what comes of it',
    );
  }
  return waiting(
    'NoStatus',
    'it has no status: nothing shows that a controller has looked at it. If its kind never gets one, give a criterion about it, or about what comes of it',
  );
}

/** How long before this object another must have been made to show that its kind gets no status. */
const A_WHILE_MS = 60_000;

const isSettled = (peer: KubeObject, object: KubeObject): boolean => {
  const [made, own] = [peer, object].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  return made !== undefined && own !== undefined && own - made >= A_WHILE_MS;
};

function needsCriterion(conditions: readonly Condition[], phases: readonly Word[], shown: readonly string[]): Reading {
  const [phase] = phases;
  if (phase !== undefined) {
    const { field, word } = phase;
    return unknown(
      'NeedsCriterion',
      `${field} is ${word}, which may or may not mean that it is ready; give a criterion that says what counts (jsonpath={.status.${field}}=${word})`,
    );
  }
  const seen = conditions.map((c) => `${c.type}=${c.status}`);
  const hints = [
    ...(seen.length > 0 ? [`its conditions are ${seen.join(', ')}`] : []),
    ...(shown.length > 0 ? [`its CRD prints ${shown.join(', ')}`] : []),
  ];
  return unknown(
    'NeedsCriterion',
    `nothing in its status says ready in a word that is known; give a criterion${hints.length === 0 ? '' : ` (${hints.join('; ')})`}`,
  );
}
