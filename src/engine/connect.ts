import type { About, ApiFailure, Cluster, GuardedNamespace, ImpersonatedUser } from '../cluster/index.ts';
import { type Deployment, type Place, refuse } from '../workflow/index.ts';
import { Refused } from './tool.ts';

/** A connection that was compared with the deployment's target, and where what is seen through it is seen. */
export type Connected = {
  readonly cluster: Cluster;
  place(namespace?: string): Place;
  readonly guards: readonly GuardedNamespace[];
  /** What was announced to guarded namespaces is taken back, and its credential with it. */
  end(): Promise<void>;
};

/** For whom it is, where the namespaces are guarded: which run of which tool, and whether a plan is approved for it. */
export type Purpose = Omit<About, 'deployment'> & { readonly approved: boolean };

/**
 * One connect a run: the kubeconfig is frozen as it is now, and the cluster behind it must be the deployment's target.
 * Throws Refused: CLUSTER_UNREACHABLE, FORBIDDEN, WRONG_TARGET.
 */
export async function connectTo(
  d: Deployment | undefined,
  context: string | undefined,
  signal: AbortSignal,
  purpose?: Purpose,
  as?: ImpersonatedUser,
): Promise<Connected> {
  const { connect } = await import('../cluster/index.ts');
  const wanted = d?.target;
  const kubeconfig = wanted?.kubeconfig;
  const contextName = wanted?.context ?? context;
  const connected = await connect({
    signal,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(contextName === undefined ? {} : { context: contextName }),
    ...(as === undefined ? {} : { as }),
  });
  if (!connected.ok) throw lost(connected.error);
  const cluster = connected.value;
  const names =
    wanted === undefined
      ? []
      : [...wanted.namespaces.map((n) => n.name), ...(wanted.proving_namespace ? [wanted.proving_namespace] : [])];
  const known = wanted === undefined ? undefined : { uid: wanted.cluster, via: wanted.via };
  const target = await cluster.reader.target([...new Set(names)], known);
  if (!target.ok) throw lost(target.error);
  const found = target.value;

  if (wanted !== undefined && found.cluster.uid !== wanted.cluster) {
    throw new Refused(
      refuse(
        'WRONG_TARGET',
        `The context "${wanted.context}" now leads to another cluster (${found.server}, ${found.cluster.uid}) than the one this deployment was started on (${wanted.server}, ${wanted.cluster}). Point it back, or start another deployment.`,
      ),
    );
  }
  for (const ns of wanted?.namespaces ?? []) {
    const now = found.namespaces.find((n) => n.name === ns.name);
    if (ns.uid !== null && now?.uid != null && now.uid !== ns.uid) {
      throw new Refused(
        refuse(
          'WRONG_TARGET',
          `The namespace ${ns.name} was deleted and made anew since this deployment was started; nothing seen in the old one counts. A person abandons it (infragate abandon ${d?.id}) and a new one is started.`,
        ),
      );
    }
  }
  const guards = await cluster.guards([...new Set(names)]);
  const guarded =
    guards.length === 0 || purpose === undefined
      ? undefined
      : cluster.guarded(guards, { ...purpose, deployment: d?.id ?? '' }, purpose.approved);
  return {
    cluster: guarded?.cluster ?? cluster,
    guards,
    end: async () => guarded?.end(),
    place: (namespace) => {
      const name = namespace ?? wanted?.namespace ?? 'default';
      const uid = found.namespaces.find((n) => n.name === name)?.uid;
      return { cluster: found.cluster.uid, namespace: name, ...(uid == null ? {} : { namespace_uid: uid }) };
    },
  };
}

/** What the API server, or its absence, said → a refusal that names what a person can do. */
export function lost(error: ApiFailure): Refused {
  const code = error.status === 403 ? 'FORBIDDEN' : 'CLUSTER_UNREACHABLE';
  const hint =
    error.status === 401 ? " Log in again (oc login, or the cloud provider's login) and repeat the call." : '';
  return new Refused(
    refuse(code, `${error.reason}: ${error.message}.${hint}`.replace('..', '.'), {
      next: [
        {
          person: 'whoever holds the login',
          action: 'make the cluster reachable for this server (kubeconfig, login, network)',
        },
      ],
    }),
  );
}
