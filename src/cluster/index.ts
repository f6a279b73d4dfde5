/**
 * The way to a cluster: one pinned connection, read or write.
 * In: a kubeconfig and a context. Out: `connect` → Cluster {reader, writer()}; everything else is a Result, and an
 * expected failure is a value. Requests are raw JSON over HTTPS, because the typed client drops unknown fields, warnings
 * and fieldValidation; client-node lends its authentication (login.ts, the only place that imports it, when needed).
 */
export type { KubeObject } from '../objects/kube-object.ts';
export type { KindRef, ObjectRef } from './address.ts';
export { type Asked, approvalOf, type ClusterDecision } from './approvals.ts';
export {
  type Cluster,
  type ConnectOptions,
  connect,
  type GuardedCluster,
  type ImpersonatedUser,
  kubeconfigFor,
  listContexts,
} from './connect.ts';
export {
  type Discovery,
  type Group,
  groupVersion,
  type Kind,
  type Resource,
  type ServedVersion,
  type Subresource,
  splitApiVersion,
} from './discovery.ts';
export type { About } from './guard-session.ts';
export type { GuardedNamespace } from './guarded.ts';
export type { ContextListing } from './kubeconfig.ts';
export type { Listed, ListOptions } from './list.ts';
export { preloadLogin } from './login.ts';
export { resourcesNamed } from './named.ts';
export { MANAGER } from './place.ts';
export type {
  Action,
  DryRun,
  EventsAbout,
  Identity,
  LogsOf,
  Permission,
  Placed,
  Proxied,
  ProxyTo,
  Raw,
  Reader,
  Version,
} from './reader.ts';
export type { Relay } from './relay.ts';
export type { RelayScope } from './relay-scope.ts';
export type { ApiFailure, Conflict, Result } from './result.ts';
export { changeName, type Standing } from './standing.ts';
export type { Target, TargetNamespace } from './target.ts';
export type { WatchEvent, WatchOptions } from './watch.ts';
export type { Deleted, DeleteOptions, Gone, PatchOptions, PatchType, Writer } from './writer.ts';
