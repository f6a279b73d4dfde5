import type { Answer } from '../agent.ts';
import { claims, images, mirrored, redisPod, upstream } from '../files/index.ts';
import { startLines } from '../learnt.ts';
import * as print from '../print.ts';
import { first, showGate } from './lines.ts';
import type { World } from './world.ts';

export const FINDINGS = `## Dify on this cluster
Dify is a many-container application (API, worker, web, Redis, Weaviate, PostgreSQL) that upstream ships as a Docker
Compose file. Here it becomes Deployments, Services and claims; the database becomes a CloudNativePG cluster. Read in
upstream/docker-compose.yaml. Known limits: one replica each, no ingress in this run.`;

/** Stage R, the first time: what is assumed, what is really there, and what is different here. */
export async function research(w: World): Promise<void> {
  const { agent, site } = w;
  print.heading('Stage R: research, first iteration');
  await agent.call(
    'start-deployment',
    {
      component: 'Dify',
      namespace: site.namespace,
      create_namespace: true,
      complexity: 'simple',
      goal: 'Dify, the LLM application platform',
      workspace: w.workspace,
      ...(w.context === undefined ? {} : { context: w.context }),
    },
    { lines: startLines, most: 4 },
  );
  print.say('\nAn agent in a hurry fires a bullet and applies a phase, before anything is known:');
  await agent.call(
    'tracer-bullet',
    {
      assumption: 'Redis runs',
      minimal_spec: redisPod(site, mirrored),
      success_criteria: 'Pod reaches Running state',
    },
    { expect: { refused: 'GATE_NOT_PASSED' } },
  );
  await agent.call('apply-phase', { phase_number: 1 }, { expect: { refused: 'GATE_NOT_PASSED' } });
  print.say('\nSo it researches. It writes down what it assumes, and asks the cluster:');
  await agent.call('record-research', {
    findings: FINDINGS,
    sources: [{ source: 'upstream/docker-compose.yaml' }],
    assumed_apis: [
      'apps/v1/Deployment',
      'v1/Pod',
      'v1/Service',
      'v1/ConfigMap',
      'v1/ServiceAccount',
      'v1/PersistentVolumeClaim',
      'postgresql.cnpg.io/v1/Cluster',
    ],
    planned_images: images(site).map((name) => upstream(site, name)),
    ...(site.cast.operators.length === 0 ? {} : { operators: site.cast.operators }),
    configuration_requirements: ['can create Deployments', 'Kubernetes >= 1.27'],
  });
  await agent.call(
    'cluster-reality-check',
    {},
    { as: 'what is really there', lines: first(9), brief: counted, most: 2 },
  );
  const found = await agent.call(
    'divergence-check',
    { upstream_source: 'upstream/docker-compose.yaml', local_environment: 'Kubernetes 1.37', features_to_verify: [] },
    { as: 'upstream against this cluster' },
  );
  divergenceTable(found);
  await showGate(w, 'Gate R fails: HIGH divergences (images, volumes), images not found');

  print.say('\nThe images are published where the cluster can pull them; the bind mounts become claims:');
  await w.publishUpstream();
  await agent.call('cluster-reality-check', {}, { as: 'again, for what did not hold', lines: first(6) });
  const again = await agent.call(
    'divergence-check',
    { upstream_source: 'upstream/docker-compose.yaml', local_environment: 'Kubernetes 1.37' },
    { as: 'again' },
  );
  if (print.showsEverything()) divergenceTable(again);
  await agent.call(
    'record-research',
    {
      adjustments: open(again).map((id) => ({
        divergence: id,
        adjustment: 'persistent volume claims of 1Gi in place of the bind mounts',
        verified_by: { manifests: claims(w.site) },
      })),
    },
    { as: 'adjustments, verified by their manifests' },
  );
}

/** The counts in one line, and the first thing that is not as assumed. */
function counted(answer: Answer): string[] {
  const lines = answer.text.split('\n');
  return [
    lines.filter((line) => /: \d+ [A-Z]+/.test(line)).join('; '),
    ...lines.filter((line) => line.startsWith('- ')).slice(0, 1),
  ];
}

type Divergence = { id: string; feature: string; divergence: string; upstream?: unknown; adjustment?: string };

const divergences = (answer: Answer): Divergence[] =>
  Array.isArray(answer.value.divergences) ? answer.value.divergences : [];

/** The divergences that hold Gate R. */
const open = (answer: Answer): string[] =>
  divergences(answer)
    .filter((d) => d.divergence === 'HIGH' || d.divergence === 'UNKNOWN')
    .map((d) => d.id);

function divergenceTable(answer: Answer): void {
  print.table(
    ['divergence', 'severity', 'adjustment'],
    divergences(answer).map((d) => [d.feature, d.divergence, d.adjustment ?? '']),
  );
}
