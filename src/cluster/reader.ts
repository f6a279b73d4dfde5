import type { KubeObject } from '../objects/kube-object.ts';
import type { KindRef, ObjectRef } from './address.ts';
import type { Discovery } from './discovery.ts';
import type { Listed, ListOptions } from './list.ts';
import type { Result } from './result.ts';
import type { KnownCluster, Target } from './target.ts';
import type { WatchEvent, WatchOptions } from './watch.ts';

/**
 * What may be asked of a cluster. None of it changes anything: the only requests that aren't GET are dry runs and
 * reviews (questions that Kubernetes wants posted, and stores nowhere).
 */
export interface Reader {
  readonly server: string;
  readonly context: string;
  /** The namespace that the context names, if it does. */
  readonly namespace: string | undefined;
  target(namespaces: readonly string[], known?: KnownCluster): Promise<Result<Target>>;
  identity(): Promise<Result<Identity>>;
  /** As the server said when it was connected to, if this identity may know. */
  readonly versionAtConnect: Version | undefined;
  /** Asked now. */
  version(): Promise<Result<Version>>;
  /** Two requests, then kept; `fresh` asks again. */
  discovery(options?: { fresh?: boolean }): Promise<Result<Discovery>>;
  get(ref: ObjectRef): Promise<Result<KubeObject>>;
  /** undefined: there is no such object. A kind that isn't served is a failure (NoKindMatch). */
  getIfThere(ref: ObjectRef): Promise<Result<KubeObject | undefined>>;
  list(kind: KindRef, options?: ListOptions): Promise<Result<Listed>>;
  watch(kind: KindRef, options: WatchOptions): AsyncIterable<WatchEvent>;
  logs(of: LogsOf): Promise<Result<string>>;
  /** Oldest first. */
  events(namespace: string, about?: EventsAbout): Promise<Result<readonly KubeObject[]>>;
  canI(action: Action): Promise<Result<Permission>>;
  /** A question that is posted: SelfSubjectRulesReview, PodSecurityPolicySubjectReview … Nothing else is sent. */
  review(object: KubeObject, options?: { namespace?: string }): Promise<Result<KubeObject>>;
  /** What the server would make of it, with fieldValidation=Strict and all admission. */
  dryRun(object: KubeObject, options: DryRun): Promise<Result<Placed>>;
  dryRunDelete(ref: ObjectRef, options?: { uid?: string }): Promise<Result<{ warnings: readonly string[] }>>;
  /** The OpenAPI v3 document of `apps/v1`, or of `v1`; kept. */
  openapi(apiVersion: string): Promise<Result<unknown>>;
  /** GET of a path of the API; JSON, or text where it isn't JSON. */
  raw(path: string): Promise<Result<Raw>>;
  /** GET of a Service's or Pod's own HTTP, through the API server. The application's own errors are answers. */
  proxy(to: ProxyTo): Promise<Result<Proxied>>;
}

export type Identity = {
  readonly username: string;
  readonly groups: readonly string[];
  readonly via: 'SelfSubjectReview' | 'OpenShiftUser';
};

export type Version = {
  readonly gitVersion: string;
  readonly major: string;
  readonly minor: string;
  readonly platform?: string;
};

export type LogsOf = {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
  /** Of the container's life before this one. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  /** Default 256 KiB. */
  readonly limitBytes?: number;
};

export type EventsAbout = { readonly uid?: string; readonly kind?: string; readonly name?: string };

export type Action = {
  readonly verb: string;
  readonly group: string;
  /** The plural. */
  readonly resource: string;
  readonly subresource?: string;
  /** Left out: in all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
  readonly name?: string;
};

export type Permission = { readonly allowed: boolean; readonly reason: string };

export type DryRun = {
  /** Where the object goes when it names no namespace itself. */
  readonly namespace?: string;
  readonly verb: 'create' | 'apply';
  readonly force?: boolean;
  readonly fieldManager?: string;
};

export type Placed = { readonly object: KubeObject; readonly warnings: readonly string[] };

export type Raw = {
  readonly status: number;
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

export type ProxyTo = {
  readonly namespace: string;
  readonly kind?: 'services' | 'pods';
  readonly name: string;
  readonly port: number | string;
  readonly scheme?: 'http' | 'https';
  readonly path: string;
  /** Default 64 KiB. */
  readonly limitBytes?: number;
};

export type Proxied = { readonly status: number; readonly body: string; readonly cut: boolean };
