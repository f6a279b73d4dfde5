import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../src/cluster/index.ts';
import { createEngine, type Engine, type Performed } from '../../../src/engine/index.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { NewEvent } from '../../../src/state/index.ts';
import { ledgerAt } from '../../../src/state/ledger.fixture.ts';
import { TOOLS } from '../../../src/tools/index.ts';
import { type Deployment, evaluate, type Fact, GATES, upTo } from '../../../src/workflow/index.ts';
import { value } from '../io/sandbox.ts';

export const ID = 'shots-1';

export type Assumed = { readonly name: string; readonly about: readonly string[] };

export type Range = {
  readonly home: string;
  readonly namespace: string;
  readonly engine: Engine;
  fire(input: Record<string, unknown>): Promise<Performed>;
  deployment(): Promise<Deployment>;
  /** Another server on the same ledger. */
  another(): Engine;
  close(): Promise<void>;
};

/**
 * A deployment past Gate R, on a real ledger and this cluster: its research and the evidence for its items are written
 * as the tools write them (those tools have tests of their own); everything from the bullet on is real.
 */
export async function shootingRange(
  sandbox: Sandbox,
  cluster: Cluster,
  namespace: string,
  assumed: readonly Assumed[],
  /** Who starts the deployment; the cluster's own identity prepares it. */
  as: Cluster = cluster,
  proving?: string,
): Promise<Range> {
  const home = mkdtempSync(join(tmpdir(), 'infragate-shots-'));
  const writer = cluster.writer();
  const there = await writer.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (!there.ok || there.value === undefined) {
    value(await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  }
  const target = value(await as.reader.target([namespace]));
  const uid = target.namespaces[0]?.uid ?? null;
  const at = { cluster: target.cluster.uid, namespace, ...(uid === null ? {} : { namespace_uid: uid }) };
  const pass = { status: 'pass', reason: 'Seen', message: 'seen by the test' } as const;
  const observed = (subject: string): Fact => ({
    type: 'observed',
    subject,
    verdict: pass,
    at,
    asked: 'is it there?',
    via: 'test',
  });
  const subjects = [...new Set(['api:v1/Pod', ...assumed.flatMap((a) => a.about)])];
  const facts: Fact[] = [
    {
      type: 'started',
      component: 'shots',
      complexity: 'simple',
      workspace: home,
      target: {
        server: target.server,
        context: target.context,
        kubeconfig: sandbox.kubeconfig,
        cluster: target.cluster.uid,
        via: target.cluster.via,
        namespace,
        namespaces: [{ name: namespace, uid }],
        ...(proving === undefined ? {} : { proving_namespace: proving }),
      },
    },
    observed(`namespace:${namespace}`),
    {
      type: 'written',
      what: 'research',
      text: 'What the component needs, where that was read, and what was learnt from it. '.repeat(2),
    },
    { type: 'written', what: 'sources', text: 'none were used' },
    ...subjects.flatMap((subject, index): Fact[] => [
      {
        type: 'claimed',
        item: { id: `i${index}`, kind: kindOf(subject), subject, name: subject.slice(subject.indexOf(':') + 1) },
      },
      observed(subject),
    ]),
    ...assumed.map(
      (a, index): Fact => ({
        type: 'claimed',
        item: {
          id: `a${index}`,
          kind: 'assumption',
          subject: `assumption:${a.name}`,
          name: a.name,
          impact: 'all of it',
          about: [...a.about],
        },
      }),
    ),
  ];
  const ledger = await ledgerAt(home);
  const by = { kind: 'agent', client: 'test' } as const;
  await ledger.append(
    ID,
    0,
    facts.map((fact): NewEvent => ({ at: new Date().toISOString(), by, fact })),
  );
  ledger.close();

  const another = () => createEngine({ home, workspace: home, tools: TOOLS });
  const engine = another();
  return {
    home,
    namespace,
    engine,
    another,
    fire: (input) =>
      engine.perform({
        tool: 'tracer-bullet',
        input: { deployment: ID, ...input },
        actor: { kind: 'agent', client: 'test' },
      }),
    async deployment() {
      const read = await engine.read(ID);
      if (!read.ok) throw new Error(read.refusal.message);
      return read.deployment;
    },
    async close() {
      await engine.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const KINDS = ['api', 'image', 'operator', 'configuration', 'feature'] as const;
function kindOf(subject: string) {
  const kind = KINDS.find((k) => subject.startsWith(`${k}:`));
  if (kind === undefined) throw new Error(`no item kind for ${subject}`);
  return kind;
}

/** The checks of the gates up to this one that don't hold. */
export function openChecks(d: Deployment, gate: 'R' | '0'): string[] {
  const now = new Date().toISOString();
  const checks = gate === 'R' ? upTo('R') : (GATES.find((g) => g.name === '0')?.checks ?? []);
  return checks.filter((c) => !['pass', 'waived'].includes(evaluate(c, d, now).status)).map((c) => c.name);
}

/** What of ours is in a namespace: by label, whatever made it. */
export async function leftIn(cluster: Cluster, namespace: string): Promise<string[]> {
  const found: string[] = [];
  for (const [apiVersion, kind] of [
    ['v1', 'Pod'],
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'Service'],
    ['v1', 'PersistentVolumeClaim'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'ReplicaSet'],
    ['apps/v1', 'StatefulSet'],
    ['batch/v1', 'Job'],
  ] as const) {
    const listed = value(
      await cluster.reader.list(
        { apiVersion, kind },
        { namespace, labelSelector: 'purpose=tracer-bullet', metadataOnly: true },
      ),
    );
    found.push(...listed.items.map((o) => `${kind}/${o.metadata.name}`));
  }
  return found;
}
