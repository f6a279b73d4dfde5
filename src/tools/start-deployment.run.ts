import type { Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import { type OpeningRun, type Outcome, Refused, type ToolRun } from '../engine/tool.ts';
import { damagedWords } from '../report/index.ts';
import {
  type Fact,
  fail,
  openBlockers,
  type Place,
  type PlacedObject,
  pass,
  refuse,
  type Verdict,
} from '../workflow/index.ts';
import { learningsFor } from './learnings.ts';
import type { Input, Output } from './start-deployment.ts';

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

export const run: ToolRun<'start-deployment', Input, Output> = async (input, run) => {
  const reader = await run.reader(input.context);
  const names = [...new Set([input.namespace, ...(input.namespaces ?? [])])];
  const made = input.create_namespace === true ? await createMissing(names, run) : [];
  const target = await reader.target(names);
  if (!target.ok) throw lost(target.error);
  const { cluster, namespaces, server, context } = target.value;
  const identity = await run.identity();
  const version = await reader.version();
  if (!version.ok) throw lost(version.error);
  const permissions = await whatIsAllowed(reader, input.namespace);

  const place = (ns: { name: string; uid: string | null }): Place => ({
    cluster: cluster.uid,
    namespace: ns.name,
    ...(ns.uid === null ? {} : { namespace_uid: ns.uid }),
  });
  const seen: Fact[] = namespaces.map((ns) => ({
    type: 'observed',
    subject: `namespace:${ns.name}`,
    verdict: namespaceVerdict(ns),
    at: place(ns),
    asked: `is there a namespace ${ns.name}?`,
    via: 'start-deployment',
    identity,
    ...(ns.uid === null ? {} : { uid: ns.uid }),
  }));
  const kubeconfig = process.env.INFRAGATE_KUBECONFIG ?? process.env.KUBECONFIG;
  const inherited = await inheritedBlockers(run, input, cluster.uid);
  const opened = await run.open(
    {
      type: 'started',
      component: input.component,
      complexity: input.complexity ?? 'medium',
      workspace: input.workspace ?? run.workspace,
      identity,
      target: {
        server,
        context,
        cluster: cluster.uid,
        via: cluster.via,
        namespace: input.namespace,
        namespaces: [...namespaces],
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        ...(input.proving_namespace === undefined ? {} : { proving_namespace: input.proving_namespace }),
      },
      ...(input.goal === undefined ? {} : { goal: input.goal }),
    },
    [
      ...seen,
      ...made.map((object): Fact => ({ type: 'placed', run: run.id, object, state: 'created', purpose: 'namespace' })),
      ...inherited,
    ],
  );
  if ('code' in opened) return { kind: 'refusal', refusal: opened };

  const learnings = await learningsFor(run, {
    component: input.component,
    words: [input.component, input.goal ?? ''],
  });
  const value = {
    deployment: opened.id,
    target: {
      server,
      context,
      cluster: cluster.uid,
      identified_by:
        cluster.via === 'kube-system'
          ? 'kube-system UID'
          : 'fingerprint of CA and issuer (kube-system can not be read)',
      namespaces,
      created: made.map((ns) => ns.name),
    },
    preflight: { identity, server: version.value.gitVersion, permissions },
    learnings,
    inherited_blockers: inherited.length,
    damaged: await run.damaged(),
  };
  return { kind: 'answer', value: { ...value, summary: summary(value, input) } } satisfies Outcome<Output>;
};

const namespaceVerdict = (ns: { name: string; uid: string | null }): Verdict =>
  ns.uid === null
    ? fail('NamespaceMissing', `there is no namespace ${ns.name}`)
    : pass('NamespaceExists', `namespace ${ns.name}, UID ${ns.uid}`);

async function createMissing(names: readonly string[], run: OpeningRun): Promise<PlacedObject[]> {
  const reader = await run.reader();
  const made: PlacedObject[] = [];
  for (const name of names) {
    const there = await reader.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name });
    if (!there.ok) throw lost(there.error);
    if (there.value !== undefined) continue;
    const writer = await run.writer();
    const created = await writer.create(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'infragate' } },
      },
      {},
    );
    if (!created.ok) {
      throw new Refused(
        refuse('FORBIDDEN', `create_namespace: ${name} could not be created: ${created.error.message}`, {
          next: [{ person: 'someone who may create namespaces', action: `create the namespace ${name}` }],
        }),
      );
    }
    const { uid } = created.value.object.metadata;
    made.push({ apiVersion: 'v1', kind: 'Namespace', name, ...(uid === undefined ? {} : { uid }) });
  }
  return made;
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
async function inheritedBlockers(run: OpeningRun, input: Input, cluster: string): Promise<Fact[]> {
  const before = (await run.others()).findLast(
    (d) =>
      d.started.component === input.component && d.target.cluster === cluster && d.target.namespace === input.namespace,
  );
  if (before?.closed?.how !== 'abandoned') return [];
  const open = [...openBlockers(before, 'R', run.now()), ...openBlockers(before, 'P', run.now())];
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

function summary(
  v: {
    deployment: string;
    target: { server: string; namespaces: readonly { name: string; uid: string | null }[] };
    preflight: {
      identity: string;
      server: string;
      permissions: readonly { may: string; allowed: boolean | 'unknown' }[];
    };
    learnings: readonly { text: string }[];
    inherited_blockers: number;
    damaged: readonly string[];
  },
  input: Input,
): string {
  const missing = v.preflight.permissions.filter((p) => p.allowed !== true).map((p) => p.may);
  return [
    `Deployment ${v.deployment}: ${input.component} → ${v.target.namespaces.map((n) => `${n.name}${n.uid === null ? ' (MISSING)' : ''}`).join(', ')} on ${v.target.server} (${v.preflight.server}) as ${v.preflight.identity}.`,
    missing.length === 0
      ? 'This identity may create what deployments usually need.'
      : `Not allowed or unknown: ${missing.join(', ')}.`,
    ...(missing.includes('update leases')
      ? ['Without leases another ledger that works in this namespace is not kept out; everything else goes on.']
      : []),
    ...(v.inherited_blockers > 0
      ? [`${v.inherited_blockers} blocker(s) inherited from the abandoned run before.`]
      : []),
    ...(v.damaged.length > 0 ? [`${damagedWords(v.damaged)} What was found wrong in it is not inherited.`] : []),
    ...(v.learnings.length > 0
      ? [
          `Learnings of earlier runs: ${v.learnings
            .map((l) => l.text)
            .join(' | ')
            .slice(0, 600)}`,
        ]
      : []),
    'Next: research (findings, sources, assumptions) with record-research, then cluster-reality-check.',
  ].join('\n');
}
