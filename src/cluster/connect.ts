import { type Asked, type ClusterDecision, decisionInCluster } from './approvals.ts';
import { versionOf } from './ask.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';
import { type Catalogue, catalogue } from './discover.ts';
import { type Frozen, freeze } from './frozen.ts';
import type { About } from './guard-session.ts';
import { type GuardedNamespace, guardedConnection, guardsOf } from './guarded.ts';
import { type ContextListing, contextsOf, readKubeconfig } from './kubeconfig.ts';
import { closeSessions, type KnownSession } from './lost-sessions.ts';
import { type Documents, readerOver } from './read.ts';
import type { Reader, Version } from './reader.ts';
import { openRelay, type Relay } from './relay.ts';
import type { RelayScope } from './relay-scope.ts';
import { ok, type Result } from './result.ts';
import { type Standing, tellReview, tellStanding } from './standing.ts';
import { writerOver } from './write.ts';
import type { Writer } from './writer.ts';

export type Cluster = {
  readonly reader: Reader;
  writer(): Writer;
  /** The same connection under another signal (or none): clean-up goes on after a run was cancelled. */
  under(signal: AbortSignal | undefined): Cluster;
  /** The frozen kubeconfig, with this one context. It holds credentials: for a 0600 file, never for an answer. */
  kubeconfig(): string;
  /** For the commands of a run: an address that lets through what the scope says. */
  relay(scope: RelayScope): Promise<Relay>;
  /** The values that let this connection in; for redaction only. */
  credentials(): Promise<readonly string[]>;
  /** Those of these namespaces whose writes the API server itself refuses but for what an approved phase names. */
  guards(namespaces: readonly string[]): Promise<readonly GuardedNamespace[]>;
  /** The same cluster with what is written there announced and sent by the executor; `end` when the run is over. */
  guarded(namespaces: readonly GuardedNamespace[], about: About, approved: boolean): GuardedCluster;
  /** Written into the Phases of these namespaces, and into the deployment's Change. */
  standing(namespaces: readonly GuardedNamespace[], standing: Standing): Promise<void>;
  /** A person is asked about this, in the deployment's Change; and what somebody decided about it by an Approval. */
  askApproval(asked: Asked): Promise<void>;
  decision(asked: Asked): Promise<ClusterDecision | undefined>;
  /** Ends what servers that were killed left open in these namespaces. */
  closeSessions(namespaces: readonly GuardedNamespace[], isLost: (session: KnownSession) => boolean): Promise<void>;
  close(): void;
};

export type GuardedCluster = { readonly cluster: Cluster; end(): Promise<void> };

export type ImpersonatedUser = { readonly user: string; readonly groups: readonly string[] };

export type ConnectOptions = {
  /** A file; left out: INFRAGATE_KUBECONFIG, KUBECONFIG, ~/.kube/config, the Pod's own account. */
  readonly kubeconfig?: string | undefined;
  /** Left out: the current context. */
  readonly context?: string | undefined;
  /** Whom every request is made for (Kubernetes' impersonation); instead of whom the kubeconfig names. */
  readonly as?: ImpersonatedUser | undefined;
  /** Ends all requests made over it. */
  readonly signal?: AbortSignal | undefined;
  /** For one request; default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
};

const REQUEST_TIMEOUT_MS = 30_000;

/** The contexts of the kubeconfig that connect would use. */
export async function listContexts(
  options: { kubeconfig?: string | undefined } = {},
): Promise<Result<readonly ContextListing[]>> {
  const config = await readKubeconfig(options.kubeconfig, process.env);
  return config.ok ? ok(contextsOf(config.value)) : config;
}

/**
 * Freezes the kubeconfig as it is now and sees that the server answers and lets us in. What can go wrong is a value:
 * NoKubeconfig, BadKubeconfig, UnknownContext, Unreachable, Untrusted, Timeout, Unauthorized,
 * BadAnswer (something else than an API server).
 */
export async function connect(options: ConnectOptions = {}): Promise<Result<Cluster>> {
  const config = await readKubeconfig(options.kubeconfig, process.env);
  if (!config.ok) return config;
  const frozen = await freeze(config.value, options.context);
  if (!frozen.ok) return frozen;
  const limits = { requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, signal: options.signal };
  const connection = await openConnection(impersonating(frozen.value, options.as), limits);
  // What is announced to a guarded namespace is the server's own word, for whomever it works.
  const own = options.as === undefined ? connection : await openConnection(frozen.value, limits);
  const hello = await versionOf(connection);
  // Whoever may not even see the version is let in all the same.
  if (!hello.ok && hello.error.status !== 403) {
    connection.close();
    return hello;
  }
  const from = catalogue(connection);
  return ok(clusterOver({ connection, own }, from, from.under, new Map(), hello.ok ? hello.value : undefined));
}

const impersonating = (frozen: Frozen, as: ImpersonatedUser | undefined): Frozen =>
  as === undefined
    ? frozen
    : { ...frozen, user: { ...frozen.user, fields: { ...frozen.user.fields, as: as.user, 'as-groups': as.groups } } };

/** As whom the server asks, and as itself: the same but where it works for somebody. */
type Connections = { readonly connection: Connection; readonly own: Connection };

function clusterOver(
  { connection, own }: Connections,
  from: Catalogue,
  catalogueUnder: (connection: Connection) => Catalogue,
  documents: Documents,
  version: Version | undefined,
): Cluster {
  const reader = readerOver(connection, from, documents, version);
  return {
    reader,
    writer: () => writerOver(reader, connection, from),
    under(signal) {
      const other = connection.under(signal);
      return clusterOver({ connection: other, own }, catalogueUnder(other), catalogueUnder, documents, version);
    },
    kubeconfig: () => connection.kubeconfig,
    relay: (scope) => openRelay(connection, from, scope),
    credentials: () => connection.credentials(),
    guards: (namespaces) => guardsOf(own, namespaces),
    guarded(namespaces, about, approved) {
      const { frozen } = own;
      const open = (token: string) =>
        openConnection(
          { ...frozen, user: { name: 'executor', fields: { token } } },
          { requestTimeoutMs: REQUEST_TIMEOUT_MS },
        );
      const made = guardedConnection(connection, own, { namespaces, about, approved }, open);
      return {
        cluster: clusterOver({ connection: made.connection, own }, from, catalogueUnder, documents, version),
        end: made.end,
      };
    },
    standing: (namespaces, standing) => tellStanding(own.under(undefined), namespaces, standing),
    askApproval: (asked) => tellReview(own, asked),
    decision: (asked) => decisionInCluster(own, asked),
    closeSessions: (namespaces, isLost) => closeSessions(own.under(undefined), namespaces, isLost),
    close: () => {
      connection.close();
      own.close();
    },
  };
}

export const kubeconfigFor = (cluster: Cluster): string => cluster.kubeconfig();
