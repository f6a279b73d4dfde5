import {
  at,
  isRecord,
  type KubeEvent,
  type KubeObject,
  numberAt,
  recordsAt,
  subjectRef,
  textAt,
} from '../kube-object.ts';
import { age, eventsAbout, latest, messageOf } from './events.ts';
import { type Finding, finding, GRACE_MS, type LogWanted, type Tree, type When } from './failure.ts';
import { pullFailure } from './image.ts';

type Scene = {
  readonly pod: KubeObject;
  readonly about: readonly KubeEvent[];
  readonly container: Record<string, unknown>;
  readonly name: string;
  readonly init: boolean;
  readonly when: When;
};

/** What stops the containers of the tree's Pods, init containers first: nothing after a failing one is tried. */
export function containerFailures(tree: Tree, when: When): Finding[] {
  return tree.objects
    .filter((object) => object.kind === 'Pod' && object.apiVersion === 'v1')
    .flatMap((pod) => {
      if (pod.metadata.deletionTimestamp !== undefined) return [];
      const about = eventsAbout(pod, tree.events);
      const of = (list: string, init: boolean) =>
        recordsAt(pod, 'status', list).flatMap((container) =>
          containerFailure({ pod, about, container, name: textAt(container, 'name'), init, when }),
        );
      return [...of('initContainerStatuses', true), ...of('containerStatuses', false)];
    });
}

function containerFailure(scene: Scene): Finding[] {
  const reason = textAt(scene.container, 'state', 'waiting', 'reason');
  const found = WAITING.get(reason)?.(scene);
  if (found !== undefined) return [found];
  return crashed(scene) ?? probing(scene) ?? [];
}

const waitingMessage = ({ container }: Scene): string => textAt(container, 'state', 'waiting', 'message');

const named = ({ init, name }: Scene): string => `${init ? 'init container' : 'container'} ${name}`;

/** Containers that wait, by the kubelet's reason. */
const WAITING: ReadonlyMap<string, (scene: Scene) => Finding> = new Map(
  Object.entries({
    ErrImagePull: pulling,
    ImagePullBackOff: pulling,
    ImageInspectError: pulling,
    RegistryUnavailable: pulling,
    SignatureValidationFailed: pulling,
    InvalidImageName: (scene: Scene) =>
      image(scene, 'InvalidImageName', waitingMessage(scene), 'write the image as registry/repository:tag', true),
    ErrImageNeverPull: (scene: Scene) =>
      image(
        scene,
        'ErrImageNeverPull',
        waitingMessage(scene),
        'put the image on the node, or let it be pulled (imagePullPolicy)',
        true,
      ),
    CreateContainerConfigError: configuring,
    CreateContainerError: (scene: Scene) => starting(scene, 'CreateContainerError'),
    RunContainerError: (scene: Scene) => starting(scene, 'RunContainerError'),
  }),
);

function image(scene: Scene, reason: string, message: string, action: string, final: boolean): Finding {
  const { pod, container } = scene;
  const which = textAt(container, 'image');
  return finding(10, {
    type: 'ImagePull',
    reason,
    message: `${named(scene)}: image ${which}: ${message}`,
    action,
    final,
    object: subjectRef(pod),
  });
}

/** A back-off names its cause only in newer kubelets; else the event of the pull does. */
function pulling(scene: Scene): Finding {
  const { container, about, when, pod } = scene;
  const which = textAt(container, 'image');
  const tried = about.findLast(
    (e) => textAt(e, 'reason') === 'Failed' && messageOf(e).includes('pull image') && messageOf(e).includes(which),
  );
  const waits = waitingMessage(scene);
  const words = /^Back-off pulling image "[^"]*"$/.test(waits.trim()) || waits === '' ? messageOf(tried ?? pod) : waits;
  if (words === '')
    return image(scene, 'ImagePullFailed', waits, "wait for the next try, or read the Pod's events", false);
  const reason = textAt(container, 'state', 'waiting', 'reason');
  const why = pullFailure(`${reason === 'SignatureValidationFailed' ? reason : ''} ${words}`);
  const lasting = age(pod.metadata.creationTimestamp, when.now, when.since) > GRACE_MS.network;
  return image(scene, why.reason, words, why.action, why.ends === 'now' || (why.ends === 'later' && lasting));
}

function configuring(scene: Scene): Finding {
  const { pod, when } = scene;
  const message = waitingMessage(scene);
  const final = age(textAt(pod, 'status', 'startTime'), when.now, when.since) > GRACE_MS.config;
  const missing = /(secret|configmap) "([^"]+)" not found/i.exec(message);
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/.exec(message);
  const object = subjectRef(pod);
  const words = `${named(scene)}: ${message}`;
  if (missing !== null || key !== null) {
    const what = missing !== null ? `${missing[1]} ${missing[2]}` : `key ${key?.[1]} in ${key?.[2]} ${key?.[3]}`;
    const reason =
      missing !== null ? `${/secret/i.test(missing[1] ?? '') ? 'Secret' : 'ConfigMap'}NotFound` : 'KeyNotFound';
    return finding(12, { type: 'Missing', reason, message: words, action: `create ${what} first`, final, object });
  }
  if (/runAsNonRoot|run as root|non-numeric user/i.test(message)) {
    const action = 'use an image with a numeric non-root user, or set runAsUser to one';
    return finding(12, { type: 'Admission', reason: 'RunAsNonRoot', message: words, action, final: true, object });
  }
  return finding(12, {
    type: 'Other',
    reason: 'CreateContainerConfigError',
    message: words,
    action: "correct the container's configuration as the message says",
    final,
    object,
  });
}

function starting(scene: Scene, reason: string): Finding {
  return finding(13, {
    type: 'Crash',
    reason,
    message: `${named(scene)}: ${waitingMessage(scene)}`,
    action: "correct the container's command, mounts or security context as the message says",
    final: true,
    object: subjectRef(scene.pod),
  });
}

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

/** Restarts after which the same ending counts as what it always does. */
const ENOUGH_RESTARTS = 2;

/** 126 and 127: the shell's "can't be run" and "not found". 128 with StartError: the runtime's. No restart changes them. */
const HOPELESS = new Set([126, 127, 128]);

function crashed(scene: Scene): Finding[] | undefined {
  const { container, pod, about } = scene;
  const backOff = textAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff';
  const here = endingAt(container, 'state');
  const ended = here ?? endingAt(container, 'lastState');
  const restarts = numberAt(container, 'restartCount') ?? 0;
  if (ended === undefined || (ended.exitCode === 0 && ended.reason !== 'OOMKilled' && !backOff)) return undefined;
  if (here === undefined && !backOff) return undefined;
  const phase = textAt(pod, 'status', 'phase');
  const dead = phase === 'Failed' || (here !== undefined && textAt(pod, 'spec', 'restartPolicy') === 'Never');
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
      final: dead || (backOff && (hopeless || restarts >= ENOUGH_RESTARTS)),
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
function probing(scene: Scene): Finding[] | undefined {
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
