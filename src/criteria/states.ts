import {
  at,
  conditionOf,
  conditionsIn,
  conditionsOf,
  isIdle,
  isRecord,
  type KubeObject,
  podTemplateOf,
  readiness,
  recordsAt,
  subjectRef,
  textAt,
} from '../objects/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { knownTo, type View } from './predicate.ts';

const say = (object: KubeObject, words: string): string => `${subjectRef(object)}: ${words}`;

/** A condition has this status, and was written for this spec. What `kubectl wait --for=condition` asks, and its age too. */
export function conditionIs(object: KubeObject, type: string, wanted = 'True'): Verdict {
  const condition = conditionsOf(object).find((c) => c.type.toLowerCase() === type.toLowerCase());
  if (condition === undefined) return fail('NoCondition', say(object, `it has no condition ${type}`));
  const { generation } = object.metadata;
  const { observedGeneration } = condition;
  if (generation !== undefined && observedGeneration !== undefined && observedGeneration < generation) {
    return unknown(
      'NotObserved',
      say(object, `${condition.type} was written for generation ${observedGeneration}, not ${generation}`),
    );
  }
  const words = say(
    object,
    `${condition.type} is ${condition.status}${condition.message === '' ? '' : `: ${condition.message}`}`,
  );
  if (condition.status.toLowerCase() === wanted.toLowerCase())
    return pass(condition.reason || `${condition.type}${condition.status}`, words);
  return fail(condition.reason || `Not${condition.type}`, words);
}

/** The object's own reading: failed and waiting both don't hold now. */
export function isReady(object: KubeObject, view?: View): Verdict {
  const reading = readiness(object, knownTo(view, object));
  const words = say(object, reading.message);
  if (isIdle(reading)) return fail(reading.reason, words);
  // What is ready as soon as it is accepted was not accepted yet.
  if (reading.status === 'ready' && view?.dryRun === true)
    return unknown('NotStored', say(object, 'a dry run stores nothing'));
  if (reading.status === 'ready') return pass(reading.reason, words);
  return reading.status === 'unknown' ? unknown(reading.reason, words) : fail(reading.reason, words);
}

const PHASES = [
  ['phase'],
  ['state'],
  ['status'],
  ['health'],
  ['health', 'status'],
  ['sync', 'status'],
  ['currentState'],
  ['result'],
] as const;

const phasesOf = (object: KubeObject): string[] => PHASES.flatMap((path) => textAt(object, 'status', ...path) || []);

const squeeze = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '');

/** A phase, state or health of these words. */
export function phaseIs(object: KubeObject, wanted: string): Verdict {
  const phases = phasesOf(object);
  if (phases.some((phase) => squeeze(phase) === squeeze(wanted)))
    return pass('PhaseReached', say(object, `it is ${wanted}`));
  if (phases.length === 0) return fail('NoPhase', say(object, 'its status says no phase or state yet'));
  return fail('OtherPhase', say(object, `it is ${phases.join(', ')}, not ${wanted}`));
}

/** A word that may be a condition or a phase: whichever the object has. */
const conditionOrPhase =
  (...words: readonly string[]) =>
  (object: KubeObject): Verdict => {
    const named = words.find((word) => conditionsOf(object).some((c) => squeeze(c.type) === squeeze(word)));
    if (named !== undefined)
      return conditionIs(object, conditionsOf(object).find((c) => squeeze(c.type) === squeeze(named))?.type ?? named);
    const reached = words.map((word) => phaseIs(object, word));
    return reached.find((v) => v.status === 'pass') ?? reached[0] ?? fail('NoPhase', say(object, 'no such state'));
  };

const isPod = (object: KubeObject): boolean => object.kind === 'Pod' && object.apiVersion === 'v1';

/** A Pod whose containers crash between restarts has the phase Running, too: each must run now. */
function running(object: KubeObject, view?: View): Verdict {
  if (!isPod(object)) return podTemplateOf(object) !== undefined ? isReady(object, view) : runningPhase(object, view);
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Succeeded')
    return pass('Succeeded', say(object, 'it ran, and all its containers ended with exit code 0'));
  if (phase !== 'Running')
    return fail('NotRunning', say(object, `its phase is ${phase || 'not set yet'}, not Running${held(object)}`));
  const containers = recordsAt(object, 'status', 'containerStatuses');
  const stopped = containers.find((c) => !isRecord(at(c, 'state', 'running')));
  if (stopped !== undefined || containers.length === 0) {
    const why = textAt(stopped, 'state', 'waiting', 'reason') || textAt(stopped, 'state', 'terminated', 'reason');
    return fail(
      'ContainerNotRunning',
      say(object, `container ${textAt(stopped, 'name') || '?'} does not run${why === '' ? '' : ` (${why})`}`),
    );
  }
  return pass('Running', say(object, `all ${containers.length} containers run`));
}

function runningPhase(object: KubeObject, view?: View): Verdict {
  const phase = conditionOrPhase('Running')(object);
  return phase.status === 'pass' ? phase : isReady(object, view);
}

function held(object: KubeObject): string {
  const { reason } = readiness(object);
  return reason === '' || reason === 'Pending' ? '' : ` (${reason})`;
}

/** A container of it was started: its image could be pulled and run. */
export function started(object: KubeObject): Verdict {
  const containers = [
    ...recordsAt(object, 'status', 'initContainerStatuses'),
    ...recordsAt(object, 'status', 'containerStatuses'),
  ];
  const ran = containers.find((c) =>
    ['state', 'lastState'].some((s) => isRecord(at(c, s, 'running')) || textAt(c, s, 'terminated', 'startedAt') !== ''),
  );
  if (ran === undefined) return fail('NotStarted', say(object, `no container has been started yet${held(object)}`));
  const notYet = recordsAt(object, 'status', 'containerStatuses').find((c) => textAt(c, 'imageID') === '');
  if (notYet !== undefined)
    return fail(
      'NotPulled',
      say(object, `the image of container ${textAt(notYet, 'name')} is not there yet${held(object)}`),
    );
  return pass('Started', say(object, 'its images were pulled and its containers started'));
}

function ready(object: KubeObject, view?: View): Verdict {
  return isPod(object) ? conditionIs(object, 'Ready') : isReady(object, view);
}

/** Deployments have the condition, and have it True with old Pods too; the other workloads have none. */
function available(object: KubeObject, view?: View): Verdict {
  if (conditionOf(object, 'Available') === undefined) return isReady(object, view);
  const condition = conditionIs(object, 'Available');
  const wanted = podTemplateOf(object) === undefined ? undefined : isReady(object, view);
  return condition.status === 'pass' && wanted !== undefined ? wanted : condition;
}

function complete(object: KubeObject, view?: View): Verdict {
  if (object.kind === 'Job' && object.apiVersion.startsWith('batch/')) return isReady(object, view);
  if (isPod(object)) return phaseIs(object, 'Succeeded');
  return conditionOrPhase('Complete', 'Completed', 'Succeeded', 'Successful')(object);
}

function healthy(object: KubeObject, view?: View): Verdict {
  const known = conditionOrPhase('Healthy')(object);
  return known.status === 'pass' ? known : isReady(object, view);
}

function admitted(object: KubeObject, view?: View): Verdict {
  if (object.kind === 'Route' && object.apiVersion.startsWith('route.openshift.io/')) return isReady(object, view);
  const nested = [...recordsAt(object, 'status', 'ingress'), ...recordsAt(object, 'status', 'parents')].flatMap((p) =>
    conditionsIn(p.conditions),
  );
  if (nested.length > 0) return isReady(object, view);
  return conditionOrPhase('Admitted', 'Accepted')(object);
}

function addressed(object: KubeObject): Verdict {
  const entries = [
    ...recordsAt(object, 'status', 'loadBalancer', 'ingress'),
    ...recordsAt(object, 'status', 'ingress'),
    ...recordsAt(object, 'status', 'addresses'),
  ];
  const address = entries
    .map((e) => textAt(e, 'ip') || textAt(e, 'hostname') || textAt(e, 'host') || textAt(e, 'value'))
    .find((a) => a !== '');
  return address === undefined
    ? fail('NoAddress', say(object, 'it has no address yet'))
    : pass('Addressed', say(object, `its address is ${address}`));
}

export type State = (object: KubeObject, view?: View) => Verdict;

/** The words that sentences end in. */
export const STATES: ReadonlyMap<string, State> = new Map<string, State>([
  ...words('ready', ready),
  ...words('available', available),
  ...words('running|up and running|up', running),
  ...words('started|starts|pulled', started),
  ...words('bound|binds', conditionOrPhase('Bound')),
  ...words('complete|completes|completed|succeeds|succeeded|finishes|finished|done|successful', complete),
  ...words('healthy|green', healthy),
  ...words('admitted', admitted),
  ...words('accepted', admitted),
  ...words('rolled out|rolls out|fully rolled out', isReady),
  // A HorizontalPodAutoscaler says it of its scaling.
  ...words('active', conditionOrPhase('Active', 'ScalingActive')),
  ...words('synced|in sync', conditionOrPhase('Synced')),
  ...words('reconciled', isReady),
  ...words('established', conditionOrPhase('Established')),
  ...words('programmed', conditionOrPhase('Programmed')),
  ...words('installed', conditionOrPhase('Installed')),
  ...words('deployed', conditionOrPhase('Deployed')),
  ...words('scheduled', conditionOrPhase('PodScheduled', 'Scheduled')),
  ...words('initialized', conditionOrPhase('Initialized')),
  ...words('issued', isReady),
  ...words('failed', conditionOrPhase('Failed')),
  ...words('pending', conditionOrPhase('Pending')),
]);

function words(list: string, state: State): [string, State][] {
  return list.split('|').map((word) => [word, state]);
}

/** A state that no table knows: the object's own condition or phase of that name. */
export const stateNamed = (name: string): State => STATES.get(name.toLowerCase()) ?? conditionOrPhase(name);

export const addressOf: State = addressed;
