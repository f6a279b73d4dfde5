import type { KubeEvent, KubeObject } from '../kube-object.ts';
import type { Known } from '../readiness/index.ts';

export const FAILURE_TYPES = [
  'Admission',
  'ImagePull',
  'Scheduling',
  'Crash',
  'Quota',
  'Storage',
  'Timeout',
  'Missing',
  'Permission',
  'Other',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

export type Failure = {
  readonly type: FailureType;
  /** CamelCase; programs may match it. */
  readonly reason: string;
  readonly message: string;
  /** What someone has to do about it. */
  readonly action: string;
  /** Waiting longer won't help. */
  readonly final: boolean;
  /** `Pod/web-0`: what it was seen on. */
  readonly object: string;
  /** Logs that say more; `previous`: of the life before the last restart. */
  readonly needs_logs?: readonly LogWanted[];
};

export type LogWanted = { readonly pod: string; readonly container: string; readonly previous: boolean };

/** A root with everything that it owns, and what was said about any of them. */
export type Tree = {
  readonly root: KubeObject;
  readonly objects: readonly KubeObject[];
  readonly events: readonly KubeEvent[];
  /** What is known beside each object; by it an object is ready that would otherwise be waited for. */
  readonly known?: (object: KubeObject) => Known;
};

/** What the tree itself knows of one of its objects. */
export const knownIn =
  ({ known, objects, events }: Tree, now?: number) =>
  (object: KubeObject): Known => ({
    around: [...objects, ...events],
    ...(now === undefined ? {} : { now }),
    ...known?.(object),
  });

/** Milliseconds since 1970: now, and when the root was created or last applied. */
export type When = { readonly now: number; readonly since: number };

export type Finding = Failure & {
  /** The more specific explanation has the lower rank: a Pod's own image before its Deployment's deadline. */
  readonly rank: number;
};

export type Finder = (tree: Tree, when: When) => readonly Finding[];

export const finding = (rank: number, failure: Failure): Finding => ({ rank, ...failure });

/**
 * Is it what the kubelet, a runtime, a provisioner or the API server tries again, and what then passes? A cache that is not
 * filled yet after a node's start, a volume that another node still holds, a container whose slow creation still holds its name, whoever is asked and does not
 * answer in time.
 */
export const passes = (message: string): boolean =>
  /failed to sync (?:secret|configmap) cache|timed out|name "?[^"]{0,253}"? is reserved|failed to reserve|deadline ?exceeded|connection refused|no endpoints available|transport is closing|i\/o timeout|try again|too many requests|throttl|\bunavailable\b|device or resource busy|connection reset|broken pipe|\bEOF\b|no such host|server misbehaving|no route to host|multi-attach|not initialized|in progress|\baborted\b|object has been modified|etcdserver|leader changed/i.test(
    message,
  );

/** How long something that often passes by itself may last before it is called final. */
export const GRACE_MS = {
  /** A Secret or ConfigMap that comes a moment later, or a kubelet's cache. */
  config: 10_000,
  /** An informer's lag: a ServiceAccount, a quota just raised. */
  creation: 5_000,
  scheduling: 15_000,
  volume: 20_000,
  attach: 60_000,
  /** A registry that can't be reached, a name that can't be resolved. */
  network: 45_000,
  sandbox: 45_000,
} as const;
