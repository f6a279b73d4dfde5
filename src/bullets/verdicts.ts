import { randomBytes } from 'node:crypto';
import { containersOf, podsOf, type Sight } from '../apply/index.ts';
import { parseReference } from '../images/reference.ts';
import { isCustom, isOfApi, isStoredOnly, type KubeObject } from '../objects/index.ts';
import type { Deployment, Fact, Place, Proof, Verdict } from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';
import type { Aim } from './about.ts';
import { containerStatuses } from './logs.ts';

/** What a shot goes down in the record as. */
export type Shown = {
  readonly aim: Aim;
  readonly about: readonly string[];
  readonly verdict: Verdict;
  readonly place: Place;
  readonly asked: string;
  readonly run: string;
  readonly identity: string;
  readonly body: string;
  /** How much its criteria show when they hold. */
  readonly proof: Proof | undefined;
  /** What was seen when it was decided; nothing, when nothing came to be. */
  readonly sight: Sight | undefined;
};

/**
 * The observation of the assumption; on a pass, one of each item that the shot itself has shown; on a fail, the blocker
 * that holds Gate R until newer evidence on these subjects closes it. An unknown opens none.
 */
export function factsOf(d: Deployment, shown: Shown): Fact[] {
  const { aim, about, verdict, place, asked, run, identity, body } = shown;
  const proof = shown.proof === undefined ? {} : { proof: shown.proof };
  const seen = { at: place, asked, via: 'tracer-bullet', run, identity, body } as const;
  const facts: Fact[] = [
    { type: 'observed', subject: aim.item.subject, verdict, about: [...about], ...proof, ...seen },
  ];
  if (verdict.status === 'pass' && shown.sight !== undefined) {
    for (const { subject, message } of itemsShown(d, about, shown.sight)) {
      if (subject === aim.item.subject) continue;
      facts.push({ type: 'observed', subject, verdict: { status: 'pass', reason: 'Fired', message }, ...seen });
    }
  }
  if (verdict.status === 'fail') {
    facts.push({
      type: 'opened',
      blocker: {
        id: `b-${randomBytes(4).toString('hex')}`,
        gate: 'R',
        cause: 'bullet',
        assumption: aim.item.subject,
        subjects: [...about],
        ...proof,
        because: shortened(`the bullet for "${aim.item.name}" failed: ${verdict.reason}: ${verdict.message}`, 600),
      },
    });
  }
  return facts;
}

/**
 * The items that a passed shot has proven by itself: an image by a container that started with it, a built-in API by
 * being accepted, a custom one by a status that its controller wrote.
 */
export function itemsShown(
  d: Deployment,
  about: readonly string[],
  sight: Sight,
): { subject: string; message: string }[] {
  const images = new Set(sight.tree.flatMap(startedImages).flatMap((image) => canonicalImage(image) ?? []));
  return about.flatMap((subject) => {
    if (!d.items.has(subject)) return [];
    if (subject.startsWith('image:')) {
      return images.has(subject.slice('image:'.length)) ? [{ subject, message: 'a container of it started' }] : [];
    }
    if (!subject.startsWith('api:')) return [];
    const object = sight.roots.find((root) => isOfApi(root, subject.slice('api:'.length)));
    if (object === undefined) return [];
    if (!isCustom(object)) return [{ subject, message: 'an object of it was created and acted upon' }];
    if (hasStatus(object)) return [{ subject, message: 'its controller wrote a status on an object of it' }];
    return isStoredOnly(object, sight.known(object))
      ? [{ subject, message: 'an object of it was accepted; its kind gets no status, so nothing more can be shown' }]
      : [];
  });
}

/** Which of the items that a bullet is about it has not shown by itself, in a sentence. */
export function notShown(d: Deployment, about: readonly string[], sight: Sight): string | undefined {
  const shown = new Set(itemsShown(d, about, sight).map(({ subject }) => subject));
  const open = about.find((s) => (s.startsWith('image:') || s.startsWith('api:')) && d.items.has(s) && !shown.has(s));
  if (open === undefined) return undefined;
  return open.startsWith('image:')
    ? `no container of ${open.slice('image:'.length)} was started`
    : `no controller wrote a status on an object of ${open.slice('api:'.length)}`;
}

export const canonicalImage = (reference: string): string | undefined => {
  const parsed = parseReference(reference);
  return parsed.ok ? parsed.reference.canonical : undefined;
};

const hasStatus = (object: KubeObject): boolean =>
  typeof object.status === 'object' && object.status !== null && Object.keys(object.status).length > 0;

/** The images, as the Pod's spec names them, of containers that have run. */
function startedImages(object: KubeObject): string[] {
  const started = new Set(
    containerStatuses(object)
      .filter(hasRun)
      .map((status) => status.name),
  );
  return podsOf(object)
    .flatMap(containersOf)
    .flatMap((c) => (started.has(c.name) && typeof c.image === 'string' ? [c.image] : []));
}

/** Running, or ended of its own accord (an init container, a Job): `started` waits for startup probes, `running` doesn't. */
function hasRun(status: Record<string, unknown>): boolean {
  const { state, lastState } = status;
  const has = (value: unknown, key: string) => typeof value === 'object' && value !== null && key in value;
  if (has(state, 'running')) return true;
  return [state, lastState].some((s) => has(s, 'terminated') && exitCode(s) !== undefined && exitCode(s) !== 128);
}

/** 128 is the kubelet's own word for a container that could not be started at all (StartError). */
function exitCode(state: unknown): number | undefined {
  if (typeof state !== 'object' || state === null || !('terminated' in state)) return undefined;
  const { terminated } = state;
  if (typeof terminated !== 'object' || terminated === null || !('exitCode' in terminated)) return undefined;
  return typeof terminated.exitCode === 'number' ? terminated.exitCode : undefined;
}
