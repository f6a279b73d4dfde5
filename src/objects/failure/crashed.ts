import { at, isRecord, type KubeObject, numberAt, recordsAt, subjectRef, textAt } from '../kube-object.ts';
import { latest, messageOf } from './events.ts';
import { type Finding, finding, type LogWanted } from './failure.ts';
import { named, type Scene } from './scene.ts';
import { waitsForOthers } from './waits-for-others.ts';

type Ending = {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly signal: number | undefined;
};

function endingAt(container: Record<string, unknown>, state: 'state' | 'lastState'): Ending | undefined {
  const ended = at(container, state, 'terminated');
  if (!isRecord(ended)) return undefined;
  const exitCode = numberAt(ended, 'exitCode') ?? 0;
  return {
    exitCode,
    reason: textAt(ended, 'reason'),
    message: textAt(ended, 'message'),
    signal: numberAt(ended, 'signal'),
  };
}

/**
 * Restarts after which the same ending counts as what it always does. kstatus calls a Pod of restartPolicy OnFailure in
 * CrashLoopBackOff in progress whatever it has restarted; here its ending decides, as with any other container: what waits
 * for something else says so (waits-for-others.ts).
 */
const ENOUGH_RESTARTS = 2;

/** 126 and 127: the shell's "can't be run" and "not found". 128 with StartError: the runtime's. No restart changes them. */
const HOPELESS = new Set([126, 127, 128]);

export function crashed(scene: Scene): Finding[] | undefined {
  const { container, pod, about } = scene;
  const backOff = textAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff';
  const here = endingAt(container, 'state');
  const ended = here ?? endingAt(container, 'lastState');
  const restarts = numberAt(container, 'restartCount') ?? 0;
  if (ended === undefined || (ended.exitCode === 0 && ended.reason !== 'OOMKilled' && !backOff)) return undefined;
  if (here === undefined && !backOff) return undefined;
  const phase = textAt(pod, 'status', 'phase');
  const dead =
    !scene.replaced && (phase === 'Failed' || (here !== undefined && textAt(pod, 'spec', 'restartPolicy') === 'Never'));
  const wanted: LogWanted = {
    pod: pod.metadata.name ?? '',
    container: textAt(container, 'name'),
    previous: here === undefined,
  };
  const object = subjectRef(pod);
  const times = restarts === 0 ? '' : `, restarted ${restarts} times`;
  const logs = { needs_logs: [wanted] };
  if (ended.reason === 'OOMKilled') {
    const limit = limitOf(pod, wanted.container);
    return [
      finding(5, {
        type: 'Crash',
        reason: 'OOMKilled',
        message: `${named(scene)} was killed for using more memory than its limit${limit === '' ? '' : ` of ${limit}`} (exit code ${ended.exitCode}${times})`,
        action: 'raise its memory limit, or make it use less',
        final: dead || backOff || restarts >= 1,
        object,
        ...logs,
      }),
    ];
  }
  const probe = latest(about, 'Killing');
  if (backOff && probe !== undefined && /failed (liveness|startup) probe/i.test(messageOf(probe))) {
    return [probeKills(scene, messageOf(probe), restarts >= ENOUGH_RESTARTS)];
  }
  const hopeless =
    ended.reason === 'StartError' ||
    ended.reason === 'ContainerCannotRun' ||
    (HOPELESS.has(ended.exitCode) && ended.reason !== 'Completed');
  const reason = hopeless
    ? 'ContainerCannotRun'
    : scene.init
      ? 'InitContainerFailed'
      : backOff
        ? 'CrashLoopBackOff'
        : 'ContainerFailed';
  const detail = ended.message === '' ? '' : `: ${ended.message.trim()}`;
  return [
    finding(scene.init ? 15 : 20, {
      type: 'Crash',
      reason,
      message: `${named(scene)} ended with exit code ${ended.exitCode}${ended.signal === undefined ? '' : `, signal ${ended.signal}`}${times}${detail}`,
      action:
        ended.exitCode === 0
          ? 'its program ends by itself: run it in a Job, or give it a command that stays'
          : 'read its logs and correct what it complains about',
      final: dead || (backOff && (hopeless || (restarts >= ENOUGH_RESTARTS && !waitsForOthers(ended.message)))),
      object,
      ...logs,
    }),
  ];
}

function limitOf(pod: KubeObject, container: string): string {
  const all = [...recordsAt(pod, 'spec', 'initContainers'), ...recordsAt(pod, 'spec', 'containers')];
  return textAt(
    all.find((c) => c.name === container),
    'resources',
    'limits',
    'memory',
  );
}

function probeKills(scene: Scene, killing: string, final: boolean): Finding {
  const { pod, about } = scene;
  const unhealthy = latest(about, 'Unhealthy');
  const startup = /startup/i.test(killing);
  return finding(18, {
    type: 'Crash',
    reason: startup ? 'StartupProbeFailed' : 'LivenessProbeFailed',
    message: `${named(scene)} is killed because its ${startup ? 'startup' : 'liveness'} probe fails${unhealthy === undefined ? '' : `: ${messageOf(unhealthy)}`}`,
    action: 'correct the probe (path, port, delays), or what it asks',
    final,
    object: subjectRef(pod),
    needs_logs: [{ pod: pod.metadata.name ?? '', container: textAt(scene.container, 'name'), previous: true }],
  });
}

/** A container that runs without ever getting ready: slow, or wrong; only time tells. */
export function probing(scene: Scene): Finding[] | undefined {
  const { container, about, pod } = scene;
  if (!isRecord(at(container, 'state', 'running')) || at(container, 'ready') === true || scene.init) return undefined;
  const unhealthy = latest(about, 'Unhealthy');
  if (unhealthy === undefined) return undefined;
  const message = messageOf(unhealthy);
  const which = /^(readiness|liveness|startup)/i.exec(message)?.[1]?.toLowerCase() ?? 'readiness';
  const reason = {
    readiness: 'ReadinessProbeFailing',
    liveness: 'LivenessProbeFailing',
    startup: 'StartupProbeFailing',
  }[which];
  return [
    finding(40, {
      type: 'Timeout',
      reason: reason ?? 'ReadinessProbeFailing',
      message: `${named(scene)} runs but is not ready: ${message}`,
      action: 'correct the probe (path, port, delays), or what it asks',
      final: false,
      object: subjectRef(pod),
      needs_logs: [{ pod: pod.metadata.name ?? '', container: textAt(container, 'name'), previous: false }],
    }),
  ];
}
