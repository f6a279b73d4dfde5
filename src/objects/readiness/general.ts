import { at, type Condition, conditionsOf, isRecord, type KubeObject, recordsAt, textAt } from '../kube-object.ts';
import { behind, camel, endsIf, failed, type Reading, ready, unknown, waiting } from './reading.ts';

/** Conditions that say "it works", best first: the usual words of operators that follow the API conventions. */
const POSITIVE = [
  'Ready',
  'Available',
  'Succeeded',
  'Complete',
  'Completed',
  'Healthy',
  'Programmed',
  'Running',
  'Established',
  'Installed',
  'Deployed',
  'Reconciled',
  'ReconcileSuccess',
  'ReconciliationSucceeded',
  'Successful',
  'Synced',
  'Accepted',
] as const;

/** Conditions that, True, contradict any of those. */
const CONTRARY = ['Degraded', 'Reconciling', 'Failing', 'NotReady', 'Error', 'ReconcileError', 'Paused'] as const;

/** Phases that can only mean that it is done and works. "Running" may mean "not finished", "Active" "not yet". */
const GOOD =
  /^(ready|healthy|succeeded|successful|complete|completed|available|bound|deployed|established|installed|green)$/i;
const BAD = /^(failed|failure|error|errored|invalid|degraded|unhealthy|red)$/i;
const PHASES = ['phase', 'state', 'health', 'status'] as const;

/**
 * A custom resource no table knows. Only its own positive word counts; no word at all is never taken for ready (kstatus
 * does), because an operator that never looked at the object leaves it just so.
 */
export function general(object: KubeObject, crd?: KubeObject): Reading {
  const { status } = object;
  if (!isRecord(status) || Object.keys(status).length === 0) return noStatus(crd, object);
  const late = behind(object);
  if (late !== undefined) return late;
  const ended = endsIf(object, 'Stalled') ?? endsIf(object, 'Failed') ?? negative(object);
  if (ended !== undefined) return ended;
  const conditions = conditionsOf(object);
  const hinted = printed(crd, object);
  const types = [...POSITIVE, ...hinted.conditions.filter((type) => !POSITIVE.some((p) => p === type))];
  const telling = types.flatMap((type) => conditions.find((c) => c.type === type) ?? []);
  const first = telling[0];
  if (first !== undefined) return byCondition(object, first, conditions);
  return byWord(object, hinted.phases) ?? needsCriterion(conditions, hinted.shown);
}

/** Succeeded=False is for good in the duck type that Tekton, Knative and others share. */
function negative(object: KubeObject): Reading | undefined {
  const condition = conditionsOf(object).find((c) => c.type === 'Succeeded' && c.status === 'False');
  if (condition === undefined || behind(object, condition) !== undefined) return undefined;
  return failed(condition.reason || 'Failed', condition.message || 'Succeeded is False');
}

function byCondition(object: KubeObject, condition: Condition, all: readonly Condition[]): Reading {
  const late = behind(object, condition);
  if (late !== undefined) return late;
  const words = `${condition.type} is ${condition.status}${condition.message === '' ? '' : `: ${condition.message}`}`;
  if (condition.status !== 'True') return waiting(condition.reason || `Not${condition.type}`, words);
  const against = all.find((c) => CONTRARY.some((type) => type === c.type) && c.status === 'True');
  if (against !== undefined)
    return waiting(against.reason || against.type, `${words}, but ${against.type} is True: ${against.message}`);
  // Crossplane's managed resources and many others keep Ready from before when the last sync failed.
  const unsynced = all.find((c) => c.type === 'Synced' && c.status === 'False');
  if (unsynced !== undefined)
    return waiting(unsynced.reason || 'NotSynced', `${words}, but Synced is False: ${unsynced.message}`);
  return ready(condition.reason || condition.type, words);
}

function byWord(object: KubeObject, hinted: readonly string[]): Reading | undefined {
  for (const field of new Set([...hinted, ...PHASES])) {
    const word = textAt(object, 'status', field);
    if (word === '') continue;
    const words = `${field} is ${word}`;
    if (GOOD.test(word)) return ready(camel(word), words);
    if (BAD.test(word)) return failed(camel(word), `${words}${why(object)}`, false);
    if (/^(running|active)$/i.test(word)) {
      return unknown(
        'NeedsCriterion',
        `${words}, which may or may not mean that it is ready; give a criterion that says what counts (jsonpath={.status.${field}}=${word})`,
      );
    }
    return waiting(camel(word), words);
  }
  return undefined;
}

const why = (object: KubeObject): string => {
  const message = textAt(object, 'status', 'message') || textAt(object, 'status', 'reason');
  return message === '' ? '' : `: ${message}`;
};

function noStatus(crd: KubeObject | undefined, object: KubeObject): Reading {
  const version = versionOf(crd, object);
  const schema = at(version, 'schema', 'openAPIV3Schema', 'properties');
  if (isRecord(schema) && !('status' in schema)) {
    return unknown(
      'NoStatusField',
      'its kind has no status, so it can not show that anything acts on it; give a criterion about what comes of it',
    );
  }
  return waiting(
    'NoStatus',
    'it has no status: nothing shows that a controller has looked at it. If its kind never has one, give a criterion about what comes of it',
  );
}

function needsCriterion(conditions: readonly Condition[], shown: readonly string[]): Reading {
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

function versionOf(crd: KubeObject | undefined, object: KubeObject): unknown {
  const name = object.apiVersion.split('/').at(-1);
  return recordsAt(crd, 'spec', 'versions').find((v) => v.name === name);
}

/** What the CRD's own printer columns show: condition types and fields of the status. Hints, in its author's order. */
function printed(
  crd: KubeObject | undefined,
  object: KubeObject,
): { conditions: string[]; phases: string[]; shown: string[] } {
  const paths = recordsAt(versionOf(crd, object), 'additionalPrinterColumns').map((c) => textAt(c, 'jsonPath'));
  const types = paths.flatMap(
    (p) => /\.status\.conditions\[\?\(@\.type\s*==\s*['"]([\w.-]+)['"]\)\]\.status/.exec(p)?.[1] ?? [],
  );
  const phases = paths.flatMap((p) => /^\.status\.(\w*(?:phase|state|health|status)\w*)$/i.exec(p)?.[1] ?? []);
  const known = new Set<string>(CONTRARY);
  return {
    conditions: types.filter((t) => !known.has(t) && !/fail|error|degraded|stalled|progressing|upgrad/i.test(t)),
    phases,
    shown: paths.filter((p) => p.startsWith('.status')),
  };
}
