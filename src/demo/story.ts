import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent, Answer } from './agent.ts';
import { APPLICATION, claims, database, mirrored, pod, SERVICES, type Site, upstream } from './files.ts';
import { startLines } from './learnt.ts';
import * as print from './print.ts';

/** What the story may do besides calling tools: the world around the agent (registry, other teams, a person, git). */
export type World = {
  readonly site: Site;
  readonly workspace: string;
  readonly agent: Agent;
  /** Puts upstream's images into the registry, as somebody with access to the internet would. */
  publishUpstream(): Promise<void>;
  /** Copies the application's image to where the cluster's policy wants it. */
  mirror(): Promise<void>;
  /** Another team's quota on the namespace. */
  quota(pods: number): Promise<void>;
  /** The kubeconfig context, where it isn't the current one. */
  readonly context?: string;
};

const FINDINGS = `## Dify on this cluster
Dify is a many-container application (API, worker, web, Redis, Weaviate, PostgreSQL) that upstream ships as a Docker
Compose file. Here it becomes Deployments, Services and claims; the database becomes a CloudNativePG cluster. Read in
upstream/docker-compose.yaml. Known limits: one replica each, no ingress in this run.`;

export async function tell(w: World): Promise<void> {
  await research(w);
  await tracers(w);
  await secondIteration(w);
  await planning(w);
  await implementation(w);
  await validation(w);
}

async function research(w: World): Promise<void> {
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
    { lines: startLines },
  );
  print.say('\nAn agent in a hurry fires a bullet, applies a phase and completes, before anything is known:');
  await agent.call(
    'tracer-bullet',
    {
      assumption: 'Redis runs',
      minimal_spec: pod('redis', mirrored(site, SERVICES[0])),
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
    planned_images: [upstream(site, APPLICATION), ...SERVICES.map((s) => upstream(site, s))],
    configuration_requirements: ['can create Deployments', 'Kubernetes >= 1.27'],
  });
  await agent.call('cluster-reality-check', {}, { as: 'what is really there', lines: first(9) });
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
  divergenceTable(again);
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

async function tracers(w: World): Promise<void> {
  const { agent, site } = w;
  await agent.call(
    'record-research',
    {
      critical_assumptions: [
        {
          assumption: 'The operator accepts a v1 Cluster',
          impact: 'no database, no Dify',
          about: ['postgresql.cnpg.io/v1/Cluster'],
        },
        { assumption: 'Redis runs here', impact: 'no cache and no queue', about: [upstream(site, SERVICES[0])] },
        {
          assumption: 'The application image runs here',
          impact: 'nothing to deploy',
          about: [upstream(site, APPLICATION)],
        },
      ],
    },
    { as: 'the assumptions that would sink the plan' },
  );
  await showGate(w, 'Gate R passes', '0');

  print.heading('Stage 0: tracer bullets');
  print.say('Three bullets at once; each creates the smallest real object, watches it, and cleans up:');
  const shots = [
    shot(w, 'The operator accepts a v1 Cluster', database('db'), 'Cluster reaches Ready state', 'ok'),
    shot(w, 'Redis runs here', pod('redis', upstream(site, SERVICES[0])), 'Pod reaches Running state', 'ok'),
    shot(
      w,
      'The application image runs here',
      pod('api', upstream(site, APPLICATION)),
      'Pod reaches Running state',
      'fails',
    ),
  ];
  bulletTable(await Promise.all(shots));
  await showGate(w, 'Gate 0 fails: back to research', 'R');
}

async function secondIteration(w: World): Promise<void> {
  const { agent, site } = w;
  print.heading('Stage R, second iteration: the images are mirrored to where the policy wants them');
  await w.mirror();
  const names = [APPLICATION, ...SERVICES];
  await agent.call(
    'record-research',
    {
      findings: `${FINDINGS}\nThe cluster admits images from ${site.registry}/mirror only; upstream's are mirrored there.`,
      planned_images: names.map((name) => mirrored(site, name)),
      retire: names.map((name) => ({
        item: upstream(site, name),
        because: 'the cluster admits images from the mirror only',
        replaced_by: mirrored(site, name),
      })),
    },
    { as: 'the images are replaced by their mirrors' },
  );
  await agent.call('cluster-reality-check', {}, { as: 'the mirrors', lines: first(5) });
  await showGate(w, 'Gate R passes', '0');
  print.say('\nWhat the bullets proved was about other images; they are fired again:');
  bulletTable([
    await shot(w, 'Redis runs here', pod('redis', mirrored(site, SERVICES[0])), 'Pod reaches Running state', 'ok'),
    await shot(
      w,
      'The application image runs here',
      pod('api', mirrored(site, APPLICATION)),
      'Pod reaches Running state',
      'ok',
    ),
  ]);
  await showGate(w, 'Gate 0 passes', 'P');
}

async function planning(w: World): Promise<void> {
  const { agent } = w;
  print.heading('Stage P: the plan');
  await agent.call('submit-plan', { plan_file: 'plan.yaml' }, { as: 'four phases', lines: first(40) });
  print.say('\nBefore anybody has approved it:');
  await agent.call('apply-phase', { phase_number: 1 }, { expect: { refused: 'APPROVAL_REQUIRED' } });
  print.note("the person's form is answered by the demo, in the person's place; the record says `elicited`");
  await agent.call('request-approval', {}, { lines: first(2) });
}

async function implementation(w: World): Promise<void> {
  const { agent, workspace } = w;
  print.heading('Stage I: phase by phase');
  await agent.call('apply-phase', { phase_number: 2 }, { as: 'phase 2 before 1', expect: { refused: 'PHASE_ORDER' } });
  const file = join(workspace, 'manifests/1-foundation.yaml');
  const approved = await readFile(file, 'utf8');
  await writeFile(file, approved.replace('production', 'debug'));
  await agent.call(
    'apply-phase',
    { phase_number: 1 },
    { as: 'a manifest edited after approval', expect: { refused: 'PLAN_DRIFT' } },
  );
  await writeFile(file, approved);
  print.note('the edit is taken back');
  for (const phase of [1, 2, 3]) await onePhase(w, phase);

  print.say('\nMeanwhile another team puts a quota on the namespace:');
  await w.quota(3);
  await agent.call('apply-phase', { phase_number: 4 }, { lines: first(8) });
  await agent.call('phase-gate', { phase_number: 4 }, { expect: 'fails', lines: first(14) });
  print.say(
    '\nThe agent stops. Of the three ways on (fix, roll back, plan again) it takes the first: the quota is raised.',
  );
  await w.quota(30);
  commit(w, await agent.call('phase-gate', { phase_number: 4 }, { as: 'again', lines: first(1) }));
  await agent.call('phase-gate', { phase_number: 4 }, { as: 'once more: it looks for the commit', lines: first(2) });
  await showGate(w, 'Gate I passes', 'V');
}

async function onePhase(w: World, phase: number): Promise<void> {
  await w.agent.call('apply-phase', { phase_number: phase }, { as: `phase ${phase}`, lines: first(5) });
  const gate = await w.agent.call('phase-gate', { phase_number: phase }, { as: `phase ${phase}`, lines: first(1) });
  commit(w, gate);
}

/** The agent commits as the gate told it; the next step looks for the commit. */
function commit(w: World, gate: Answer): void {
  const told = gate.value.commit;
  const command = typeof told === 'object' && told !== null && 'command' in told ? String(told.command) : undefined;
  if (command === undefined) return;
  git(w.workspace, ['add', '-A']);
  const words = command.replace(/^git commit/, 'git commit -q --allow-empty');
  execFileSync('sh', ['-c', words], {
    cwd: w.workspace,
    env: { ...process.env, ...GIT_IDENTITY },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  print.note(words.split(' -m ')[1] === undefined ? 'committed' : `committed: ${words.split(' -m ')[1]}`);
}

const GIT_IDENTITY = {
  GIT_AUTHOR_NAME: 'demo',
  GIT_AUTHOR_EMAIL: 'demo@example.invalid',
  GIT_COMMITTER_NAME: 'demo',
  GIT_COMMITTER_EMAIL: 'demo@example.invalid',
};

export function git(folder: string, args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=demo', '-c', 'user.email=demo@example.invalid', ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function validation(w: World): Promise<void> {
  const { agent } = w;
  print.heading('Stage V: validation, rollback test, retrospective, documentation');
  await agent.call('run-validation', {}, { lines: first(16) });
  await agent.call('rollback-test', {}, { lines: first(10) });
  await agent.call(
    'record-retro',
    {
      went_well: ['the bullets found the image policy before a plan was made'],
      diverged: ['phase 4 met a quota that was not there when the plan was approved'],
      unexpected: ['the cluster admits images from its mirror only'],
      helped: ['infragate'],
      missing: ['a way to be told of a new quota'],
      learnings: [
        {
          title: 'Images come from the mirror',
          situation: 'deploying upstream images to a cluster with an image policy',
          advice: 'mirror the images first and fire a bullet with the mirrored reference',
          tags: ['image', 'policy'],
        },
        {
          title: 'Ask about quotas before the last phase',
          situation: 'several teams share a namespace',
          advice: 'agree on the quota with the platform team before implementing',
          tags: ['quota'],
        },
      ],
    },
    { lines: retroLines },
  );
  await agent.call(
    'write-documentation',
    { path: 'docs/deployment.md', known_issues: ['no ingress yet: reach the web service with a port-forward'] },
    { lines: first(6) },
  );
  await agent.call('complete-deployment', {}, { lines: first(3) });
}

function shot(w: World, assumption: string, minimal_spec: string, success_criteria: string, expect: 'ok' | 'fails') {
  return w.agent.call(
    'tracer-bullet',
    { assumption, minimal_spec, success_criteria, timeout: '60s' },
    { as: assumption, expect, lines: (a) => (expect === 'fails' ? a.text.split('\n').slice(0, 4) : []) },
  );
}

function bulletTable(answers: readonly Answer[]): void {
  print.table(
    ['bullet', 'result', 'evidence'],
    answers.map(({ value }, i) => [String(value.assumption ?? i + 1), String(value.status), evidence(value)]),
  );
}

function evidence(value: Record<string, unknown>): string {
  const failure = value.failure;
  if (typeof failure === 'object' && failure !== null && 'type' in failure)
    return `${String(failure.type)}: ${'reason' in failure ? String(failure.reason) : ''}`;
  return `proven in ${(Number(value.duration_ms ?? 0) / 1000).toFixed(1)} s, cleaned up`;
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

async function showGate(w: World, title: string, expected?: string): Promise<void> {
  const status = await w.agent.call(
    'deployment-status',
    {},
    {
      as: title,
      lines: (a) =>
        a.text
          .split('\n')
          .filter((l) => /^ {2}[✗·?!]/.test(l))
          .slice(0, 8),
    },
  );
  const gate = status.value.gate;
  const name = typeof gate === 'object' && gate !== null && 'name' in gate ? String(gate.name) : '';
  if (expected !== undefined && name !== expected)
    throw new Error(`the story says "${title}", but the deployment stands at Gate ${name}:\n${status.text}`);
}

const first = (n: number) => (answer: Answer) =>
  answer.text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, n);

const retroLines = (answer: Answer): string[] =>
  answer.text
    .split('\n')
    .filter((line) => line.startsWith('- **') || line.startsWith('From the record'))
    .slice(0, 8);
