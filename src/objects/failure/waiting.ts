import { subjectRef, textAt } from '../kube-object.ts';
import { age, firstSeen, messageOf } from './events.ts';
import { type Finding, finding, GRACE_MS, passes } from './failure.ts';
import { pullFailure } from './image.ts';
import { named, type Scene } from './scene.ts';

const waitingMessage = ({ container }: Scene): string => textAt(container, 'state', 'waiting', 'message');

/** Containers that wait, by the kubelet's reason. */
export const WAITING: ReadonlyMap<string, (scene: Scene) => Finding> = new Map(
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
  const words =
    /^Back-off pulling image "[^"]*"$/.test(waits.trim()) || waits === ''
      ? tried === undefined
        ? ''
        : messageOf(tried)
      : waits;
  if (words === '')
    return image(scene, 'ImagePullFailed', waits, "wait for the next try, or read the Pod's events", false);
  const reason = textAt(container, 'state', 'waiting', 'reason');
  const why = pullFailure(`${reason === 'SignatureValidationFailed' ? reason : ''} ${words}`, which);
  // Since the first try: a Pod may have waited for its node for long.
  const first = about.find((e) => textAt(e, 'reason') === 'Failed' && messageOf(e).includes('pull image'));
  const since =
    first === undefined ? textAt(pod, 'status', 'startTime') || pod.metadata.creationTimestamp : firstSeen(first);
  const lasting = age(since, when.now, when.since) > GRACE_MS.network;
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
    final: final && !passes(message),
    object,
  });
}

function starting(scene: Scene, reason: string): Finding {
  return finding(13, {
    type: 'Crash',
    reason,
    message: `${named(scene)}: ${waitingMessage(scene)}`,
    action: "correct the container's command, mounts or security context as the message says",
    final: !passes(waitingMessage(scene)),
    object: subjectRef(scene.pod),
  });
}
