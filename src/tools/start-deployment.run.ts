import { judgeNamespace } from '../assumptions/namespace.ts';
import type { Reader, Target } from '../cluster/index.ts';
import { accountName } from '../engine/account.ts';
import { lost } from '../engine/connect.ts';
import type { OpeningRun, ToolRun } from '../engine/tool.ts';
import { defined } from '../workflow/defined.ts';
import {
  type Deployment,
  type Fact,
  type FactOf,
  type Instant,
  openBlockers,
  type Refusal,
  refuse,
} from '../workflow/index.ts';
import { learningsFor } from './learnings.ts';
import { likeOf } from './like.ts';
import { makeNamespaces, tryNamespaces } from './make-namespaces.ts';
import { preflightOf } from './preflight.ts';
import type { Output } from './start-deployment.answer.ts';
import type { Input } from './start-deployment.ts';

/** What a deployment needs of this identity sooner or later; shown, so that a missing one is met now and not in phase 3. */
const PERMISSIONS = [
  { verb: 'create', group: '', resource: 'pods' },
  { verb: 'create', group: 'apps', resource: 'deployments' },
  { verb: 'create', group: '', resource: 'services' },
  { verb: 'create', group: '', resource: 'secrets' },
  { verb: 'create', group: '', resource: 'persistentvolumeclaims' },
  { verb: 'delete', group: '', resource: 'pods' },
  { verb: 'update', group: 'coordination.k8s.io', resource: 'leases' },
] as const;

export const run: ToolRun<'start-deployment', Input, Output> = async (given, run) => {
  const like = given.like === undefined ? undefined : await likeOf(run, given.like, given);
  if (like !== undefined && 'code' in like) return { kind: 'refusal', refusal: like };
  const input = wanted(given, like?.base);
  if ('code' in input) return { kind: 'refusal', refusal: input };
  const reader = await run.reader(input.context);
  const names = [...new Set([input.namespace, ...(input.namespaces ?? [])])];
  const found = await targetOf(reader, names);
  const { cluster, server, context } = found;
  const identity = await run.identity();
  const moved = like === undefined ? undefined : elsewhere(like.base, found);
  if (moved !== undefined) return { kind: 'refusal', refusal: moved };
  const version = await reader.version();
  if (!version.ok) throw lost(version.error);
  const permissions = await whatIsAllowed(reader, input.namespace);
  const kubeconfig = process.env.INFRAGATE_KUBECONFIG ?? process.env.KUBECONFIG;
  const started: FactOf<'started'> = {
    type: 'started',
    component: input.component,
    complexity: input.complexity ?? 'medium',
    workspace: input.workspace ?? run.workspace,
    identity,
    user: (run.actor.kind === 'agent' ? run.actor.user?.name : undefined) ?? accountName(),
    target: {
      server,
      context,
      cluster: cluster.uid,
      via: cluster.via,
      namespace: input.namespace,
      namespaces: [...found.namespaces],
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(input.proving_namespace === undefined ? {} : { proving_namespace: input.proving_namespace }),
    },
    ...(input.goal === undefined ? {} : { goal: input.goal }),
    ...(like === undefined ? {} : { like: like.like }),
  };

  const missing = input.create_namespace === true ? missingIn(found) : [];
  await tryNamespaces(run, missing);
  const entered = missing.length === 0 ? undefined : await run.enter(started);
  const same = { component: input.component, cluster: cluster.uid, namespace: input.namespace };
  const { deployments, damaged } = await run.others(same, 1);
  const inherited = inheritedBlockers(deployments.at(-1), run.now());
  const observed = await Promise.all(found.namespaces.map((ns) => seen(reader, found, ns, identity)));
  if (entered === undefined || missing.some((name) => !entered.target.namespaces.some((ns) => ns.name === name))) {
    const opened = await run.open(started, [...observed, ...inherited, ...(like?.facts ?? [])]);
    if ('code' in opened) return { kind: 'refusal', refusal: opened };
  }
  const { made, failed } = await makeNamespaces(run, missing);
  const now = missing.length === 0 ? found : await targetOf(reader, names);
  const nowThere = now.namespaces.filter((ns) => missing.includes(ns.name) && ns.state !== 'missing');
  await run.record(...(await Promise.all(nowThere.map((ns) => seen(reader, now, ns, identity)))));

  const learnings = await learningsFor(run, {
    component: input.component,
    words: [input.component, input.goal ?? ''],
  });
  const there = now.namespaces.some((ns) => ns.name === input.namespace && ns.uid !== null);
  const notes = [
    ...(entered === undefined ? [] : [`It was open already; go on with it.`]),
    ...made.map((name) => `The namespace ${name} was created.`),
    ...(like?.notes ?? []),
    ...observed.flatMap(({ verdict }) => (verdict.status === 'unknown' ? `${verdict.message}.` : [])),
    ...failed.map(({ name, error }) => `create_namespace: ${name} could not be created: ${error.message}`),
  ];
  const value = defined<Output>({
    deployment: (await run.current()).id,
    component: input.component,
    target: {
      server,
      context,
      cluster: cluster.uid,
      identified_by:
        cluster.via === 'kube-system'
          ? 'kube-system UID'
          : 'fingerprint of CA and issuer (kube-system can not be read)',
      namespaces: now.namespaces,
      created: made,
    },
    preflight: defined<Output['preflight']>({
      identity,
      server: version.value.gitVersion,
      permissions,
      namespace: there ? await preflightOf(reader, input.namespace, await isGuarded(run, input.namespace)) : undefined,
    }),
    notes,
    learnings,
    inherited_blockers: entered === undefined ? inherited.length : 0,
    damaged,
    like: input.like,
  });
  return { kind: 'answer', value };
};

const isGuarded = async (run: OpeningRun, namespace: string): Promise<boolean> =>
  (await (await run.cluster()).guards([namespace])).length > 0;

/** What is opened: as it was given, or as in the deployment that it is like. */
type Wanted = Input & { readonly component: string; readonly namespace: string };

function wanted(given: Input, base: Deployment | undefined): Wanted | Refusal {
  const component = given.component ?? base?.started.component;
  const namespace = given.namespace ?? base?.target.namespace;
  if (given.change !== undefined && base === undefined)
    return refuse('BAD_INPUT', 'change: it says what is other than in a completed deployment; name that in like.');
  if (component === undefined || namespace === undefined)
    return refuse('BAD_INPUT', 'component, namespace: give both, or like with a completed deployment.');
  if (base === undefined) return { ...given, component, namespace };
  const others = base.target.namespaces.flatMap(({ name }) => (name === namespace ? [] : name));
  const { proving_namespace } = base.target;
  return {
    context: base.target.context,
    complexity: 'simple',
    namespaces: others,
    ...(proving_namespace === undefined ? {} : { proving_namespace }),
    ...given,
    component,
    namespace,
  };
}

/** What was proven holds on the cluster and in the very namespaces where it was seen. */
function elsewhere(base: Deployment, found: Target): Refusal | undefined {
  const uids = new Map(found.namespaces.map((ns) => [ns.name, ns.uid]));
  const anew = base.target.namespaces.find((ns) => uids.get(ns.name) !== ns.uid);
  if (found.cluster.uid !== base.target.cluster)
    return refuse('WRONG_TARGET', `like: ${base.id} is on another cluster; start without like.`);
  if (anew !== undefined)
    return refuse(
      'WRONG_TARGET',
      `like: ${anew.name} is not the namespace of ${base.id} any more; start without like.`,
    );
  return undefined;
}

async function targetOf(reader: Reader, names: readonly string[]): Promise<Target> {
  const target = await reader.target(names);
  if (!target.ok) throw lost(target.error);
  return target.value;
}

/** One that may not be read is tried, too: the server says whether it is there, or that this identity may not make it. */
const missingIn = (target: Target): string[] =>
  target.namespaces.flatMap((ns) => (ns.state === 'there' ? [] : ns.name));

/** A namespace, as it was seen. */
async function seen(
  reader: Reader,
  target: Target,
  namespace: Target['namespaces'][number],
  identity: string,
): Promise<FactOf<'observed'>> {
  const { name, uid } = namespace;
  return {
    type: 'observed',
    subject: `namespace:${name}`,
    verdict: await judgeNamespace(reader, namespace),
    at: { cluster: target.cluster.uid, namespace: name, ...(uid === null ? {} : { namespace_uid: uid }) },
    asked: `is there a namespace ${name}?`,
    via: 'start-deployment',
    identity,
    ...(uid === null ? {} : { uid }),
  };
}

async function whatIsAllowed(reader: Reader, namespace: string) {
  return Promise.all(
    PERMISSIONS.map(async ({ verb, group, resource }) => {
      const answer = await reader.canI({ verb, group, resource, namespace });
      return { may: `${verb} ${resource}`, allowed: answer.ok ? answer.value.allowed : ('unknown' as const) };
    }),
  );
}

/** What was found wrong in an abandoned deployment of this component here is still wrong. */
function inheritedBlockers(before: Deployment | undefined, now: Instant): Fact[] {
  if (before?.closed?.how !== 'abandoned') return [];
  const open = [...openBlockers(before, 'R', now), ...openBlockers(before, 'P', now)];
  return open.map((b) => ({
    type: 'opened',
    blocker: {
      id: b.id,
      gate: b.gate,
      cause: 'inherited',
      because: `from ${before.id}: ${b.because}`,
      subjects: b.subjects,
    },
  }));
}
