import type { ApiFailure, Reader, Result, Writer } from '../cluster/index.ts';
import { at, type KubeObject } from '../objects/kube-object.ts';
import { ANNOTATION, LABEL, MANAGER } from './marks.ts';

/**
 * A namespace kept for one ledger, by a Lease of a fixed name in it: as Kubernetes' own components elect a leader
 * (coordination.k8s.io/v1), with the resourceVersion as the lock. It is not part of a deployment and not recorded. An expired one may be taken by
 * any ledger. Times are the API server's, so that two machines' clocks need not agree.
 */
export const LEASE_NAME = 'infragate';
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: LEASE_NAME };
const IDENTITY = 'infragate.io/identity';

export type Holder = {
  /** The ledger's own identity, of its database. */
  readonly ledger: string;
  readonly deployment: string;
  /** The user name that took it, for the people who are kept out. */
  readonly identity: string;
};

export type Held = {
  readonly by: Holder;
  /** ISO 8601. */
  readonly since: string;
  readonly until: string;
};

export type Taken =
  /** fresh: this ledger did not have it before. */
  | { readonly kind: 'taken'; readonly fresh: boolean; readonly until: string }
  | { readonly kind: 'others'; readonly held: Held }
  /** This identity may not keep it, or Leases are not served. */
  | { readonly kind: 'unable'; readonly why: string }
  | { readonly kind: 'unreachable'; readonly error: ApiFailure };

/** Two others in between are tolerated; more, and the next look decides. */
const ATTEMPTS = 5;

/** Takes the namespace, or takes it for longer when it is this ledger's already. */
export async function takeNamespaceLease(
  writer: Writer,
  namespace: string,
  holder: Holder,
  durationMs: number,
): Promise<Taken> {
  let last: ApiFailure | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const there = await writer.getIfThere({ ...LEASE, namespace });
    if (!there.ok) return cannot(there.error);
    const now = await clock(writer);
    const held = there.value === undefined ? undefined : heldBy(there.value);
    const free = held === undefined || held.until <= now;
    if (held !== undefined && !free && held.by.ledger !== holder.ledger) return { kind: 'others', held };
    const ours = held !== undefined && !free;
    const lease = leaseOf(namespace, holder, { now, durationMs, before: there.value, ours });
    const done = await put(writer, namespace, lease, there.value);
    if (done.ok) return { kind: 'taken', fresh: !ours, until: later(now, durationMs) };
    const nowhere = there.value === undefined && done.error.status === 404;
    if (nowhere || !isRace(done.error)) return cannot(done.error);
    last = done.error;
  }
  return last === undefined
    ? { kind: 'unable', why: 'others write it all the time' }
    : { kind: 'unreachable', error: last };
}

/** Releases it when this deployment holds it; a Lease of another is left alone. */
export async function releaseNamespaceLease(
  writer: Writer,
  namespace: string,
  holder: Omit<Holder, 'identity'>,
): Promise<void> {
  const there = await writer.getIfThere({ ...LEASE, namespace });
  if (!there.ok || there.value === undefined) return;
  const held = heldBy(there.value);
  const { uid } = there.value.metadata;
  if (held?.by.ledger !== holder.ledger || held.by.deployment !== holder.deployment || uid === undefined) return;
  await writer.delete({ ...LEASE, namespace }, { uid, propagation: 'Background' });
}

/** Which ledger and deployment hold the Lease and until when; undefined without a holder. */
export function heldBy(lease: KubeObject): Held | undefined {
  const [holder, renewed, acquired] = ['holderIdentity', 'renewTime', 'acquireTime'].map((f) => at(lease, 'spec', f));
  const seconds = at(lease, 'spec', 'leaseDurationSeconds');
  if (typeof holder !== 'string' || holder === '' || typeof renewed !== 'string') return undefined;
  const [ledger = '', deployment = ''] = holder.split('/');
  const until = later(iso(renewed), (typeof seconds === 'number' ? seconds : 0) * 1000);
  return {
    by: { ledger, deployment, identity: lease.metadata.annotations?.[IDENTITY] ?? '' },
    since: iso(typeof acquired === 'string' ? acquired : renewed),
    until,
  };
}

function leaseOf(
  namespace: string,
  holder: Holder,
  how: { now: string; durationMs: number; before: KubeObject | undefined; ours: boolean },
): KubeObject {
  const { now, durationMs, before, ours } = how;
  const transitions = at(before, 'spec', 'leaseTransitions');
  const count = typeof transitions === 'number' ? transitions : 0;
  const acquired = at(before, 'spec', 'acquireTime');
  const { resourceVersion } = before?.metadata ?? {};
  return {
    apiVersion: LEASE.apiVersion,
    kind: LEASE.kind,
    metadata: {
      name: LEASE_NAME,
      namespace,
      labels: { [LABEL.managedBy]: MANAGER, [LABEL.deployment]: holder.deployment },
      annotations: { [IDENTITY]: holder.identity, [ANNOTATION.expires]: later(now, durationMs) },
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: {
      holderIdentity: `${holder.ledger}/${holder.deployment}`,
      leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
      acquireTime: ours && typeof acquired === 'string' ? acquired : micro(now),
      renewTime: micro(now),
      leaseTransitions: before === undefined ? 0 : count + (ours ? 0 : 1),
    },
  };
}

const put = (
  writer: Writer,
  namespace: string,
  lease: KubeObject,
  before: KubeObject | undefined,
): Promise<Result<unknown>> =>
  before === undefined ? writer.create(lease, { namespace }) : writer.replace(lease, { namespace });

/** Someone else was faster, took it away meanwhile, or the answer was lost: looked at again. */
const isRace = ({ status, reason }: ApiFailure): boolean =>
  status === 409 || status === 0 || (status === 404 && reason === 'NotFound');

const cannot = (error: ApiFailure): Taken =>
  error.status === 0 || error.status >= 500 || error.status === 401
    ? { kind: 'unreachable', error }
    : { kind: 'unable', why: `${error.reason}: ${error.message}` };

/** The API server's time, as its answers are dated (to the second); this machine's where it isn't. */
async function clock(reader: Reader): Promise<string> {
  const answer = await reader.raw('/version');
  const date = answer.ok ? answer.value.headers.date : undefined;
  const said = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return new Date(Number.isNaN(said) ? Date.now() : said).toISOString();
}

const later = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString();
const iso = (time: string): string => new Date(Date.parse(time)).toISOString();
/** MicroTime: six digits of a second. */
const micro = (time: string): string => time.replace(/Z$/, '000Z');
