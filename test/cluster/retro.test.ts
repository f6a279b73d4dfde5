// What a deployment leaves behind: the retrospective of what really failed, learnings for the next one, and the
// documentation of what runs. One story on a real API server, shorter than the demo's.

import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recompute } from '../../scripts/recompute-retro.ts';
import { createEngine } from '../../src/engine/index.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { theOperator } from '../support/operator.ts';
import { type Agent, infragate, type Scene, scene } from '../support/scene.ts';
import { ASSUMPTION, FINDINGS, pod } from '../support/story.ts';
import { ownSandbox } from './io/sandbox.ts';
import { kubectlOf } from './support/phases.ts';

const PASSWORD = 'correct-horse-battery';

let sandbox: Sandbox;
let end = async () => {};
let stage: Scene;
let image = '';
let agent: Agent;

beforeAll(async () => {
  ({ sandbox, end } = await ownSandbox('retro'));
  image = `${sandbox.registry}/busybox:1`;
  stage = scene(sandbox, 'retro');
});
afterAll(async () => {
  await stage.end();
  await end();
});

const kubectl = (args: readonly string[]) => kubectlOf(sandbox, stage.namespace)(args);

const compose = () => `services:
  app:
    image: ${image}
    volumes:
      - ./data:/data
`;

const workload = (mounts: string, volumes: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      containers:
        - name: main
          image: ${image}
          command: [sleep, "3600"]
${mounts}
${volumes}
`;

const adjusted = () =>
  workload(
    '          volumeMounts: [{ name: data, mountPath: /data }]',
    '      volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]',
  );

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: app }
spec:
  selector: { app: app }
  ports: [{ port: 80 }]
`;

function writePlan() {
  stage.write('app.yaml', `${workload('          envFrom: [{ secretRef: { name: login } }]', '')}---\n${SERVICE}`);
  return `component: app
target: ${stage.namespace}
secrets: [{ name: login, keys: [password], from: "existing" }]
phase_1:
  name: everything
  resources: [app.yaml]
  validation_commands: ["kubectl get service app"]
  success_criteria: ["Deployment/app: Available"]
  rollback: ["kubectl delete -f app.yaml --ignore-not-found"]
validation:
  static: ["test -s app.yaml"]
  health: { none: it only sleeps }
  functional: ["kubectl get service app"]
rollback_strategy: in reverse order
`;
}

const LEARNING = {
  title: 'Ask about the quota first',
  situation: 'several teams share one namespace',
  advice: 'agree on the quota with the platform team',
  tags: ['quota'],
};

const ok = async (tool: string, args: Record<string, unknown> = {}) => {
  const answer = await agent.call(tool, args);
  expect(answer.value.refusal, `${tool}: ${answer.text}`).toBeUndefined();
  return answer;
};

describe('a deployment that met four obstacles', () => {
  test('comes to its end', async () => {
    agent = await stage.agent({ approve: 'approve' });
    stage.write('compose.yaml', compose());
    await ok('start-deployment', {
      component: 'app',
      namespace: stage.namespace,
      create_namespace: true,
      complexity: 'simple',
    });
    expect(await agent.refused('record-retro', { went_well: ['everything'] })).toBe('GATE_NOT_PASSED');
    kubectl(['create', 'secret', 'generic', 'login', `--from-literal=password=${PASSWORD}`]);

    const missing = `${sandbox.registry}/upstream/app:1`;
    await ok('record-research', {
      findings: FINDINGS,
      sources: [{ source: 'compose.yaml' }],
      assumed_apis: ['v1/Pod', 'v1/Service', 'apps/v1/Deployment'],
      planned_images: [missing],
    });
    await ok('cluster-reality-check');
    const read = await ok('divergence-check', { upstream_source: 'compose.yaml' });
    const high = (Array.isArray(read.value.divergences) ? read.value.divergences : []).filter(
      (one) => one.divergence === 'HIGH',
    );
    expect(high.length).toBeGreaterThan(0);
    await ok('record-research', {
      planned_images: [image],
      retire: [{ item: missing, because: 'it is called otherwise here', replaced_by: image }],
      critical_assumptions: [{ assumption: ASSUMPTION, impact: 'nothing to deploy', about: [image] }],
      adjustments: high.map(({ id }) => ({
        divergence: id,
        adjustment: 'a claim in place of the bind mount',
        verified_by: { manifests: adjusted() },
      })),
    });
    await ok('cluster-reality-check');

    const bullet = { assumption: ASSUMPTION, minimal_spec: pod(image) };
    const missed = await ok('tracer-bullet', {
      ...bullet,
      success_criteria: 'Pod reaches Succeeded state',
      timeout: '3s',
    });
    expect(missed.value.status, missed.text).toBe('FAIL');
    await ok('cluster-reality-check');
    const hit = await ok('tracer-bullet', { ...bullet, success_criteria: 'Pod reaches Running state', timeout: '60s' });
    expect(hit.value.status, hit.text).toBe('PASS');

    await ok('submit-plan', { plan: writePlan() });
    await ok('request-approval');
    kubectl(['create', 'quota', 'team', '--hard=pods=0']);
    await ok('apply-phase', { phase_number: 1 });
    const full = await ok('phase-gate', { phase_number: 1 });
    expect(full.value.status, full.text).toBe('FAIL');
    kubectl(['delete', 'quota', 'team']);
    const through = await ok('phase-gate', { phase_number: 1 });
    expect(through.value.status, through.text).toBe('PASS');
    await ok('run-validation');
    await ok('rollback-test');
  });

  test('the retrospective names each with its cost, and suggests what the record shows', async () => {
    const { text } = await ok('record-retro', {
      went_well: ['the quota was found by the gate'],
      learnings: [LEARNING, { ...LEARNING, title: 'ask about  the QUOTA first' }],
    });
    const row = (start: string) => text.split('\n').find((line) => line.startsWith(start)) ?? `no row ${start}`;
    const cost = /\d+(\.\d)? (ms|s|min) \| /;
    expect(row(`| R | image:${sandbox.registry}/upstream/app:1`)).toMatch(/NotFound.*replaced by/);
    expect(row('| R | divergence:')).toMatch(cost);
    expect(row('| 0 | assumption:busybox')).toMatch(/\d s \| it holds/);
    expect(row('| I | phase:1')).toMatch(/exceeded quota.*\d s \| it holds/);
    expect(text).toMatch(/\*\*local-environment-mismatch\*\*: .*\(events \d+/);
    expect(text).toMatch(/\*\*external-dependency-assumption\*\*: .*\(events \d+/);
    expect(text).toMatch(/\*\*completion-impulse\*\*: 1 call ahead of a gate was refused \(events \d+\)/);
    for (const none of ['debug-loop-spiral', 'moving-target-syndrome', 'tests-passing-lie', 'copy-pasta-blindspot'])
      expect(text).not.toContain(none);
    expect(text).not.toContain('Beside earlier runs');
  });

  test('the documentation says what runs, and never what is in a Secret', async () => {
    const path = 'docs/app.md';
    const written = await ok('write-documentation', { path, known_issues: ['it only sleeps: wake it by hand'] });
    const text = String(written.value.markdown);
    const file = join(stage.workspace, path);
    expect(readFileSync(file, 'utf8')).toBe(text);
    symlinkSync(join(stage.home, '..', 'outside.md'), join(stage.workspace, 'link.md'));
    for (const no of ['docs', 'docs/app.md/within', 'link.md'])
      expect(await agent.refused('write-documentation', { path: no }), no).toBe('BAD_INPUT');
    expect(text).toMatch(/\| 1 \| Deployment\/app \| ready \| .*busybox/);
    expect(text).toMatch(/n\d+\["Service<br\/>app"\]/);
    expect(text).toMatch(/n2 --> n1/);
    expect(text).toContain(`\`app.${stage.namespace}.svc:80\``);
    expect(text).toContain('Secret `login`');
    expect(text).toContain('it only sleeps: wake it by hand');
    for (const form of [PASSWORD, Buffer.from(PASSWORD).toString('base64')]) expect(text).not.toContain(form);

    stage.write(path, text.replace(/(<!-- yours: operations.*\n)/, '$1Ask Ann before restarting.\n'));
    const again = await ok('write-documentation', { path });
    expect(again.value.markdown).toContain('Ask Ann before restarting.');
    expect(readFileSync(file, 'utf8')).toBe(again.value.markdown);
  });

  test('it completes; the figures of the report agree with those computed from the export', async () => {
    const { value, text } = await ok('complete-deployment');
    expect(value.status, text).toBe('COMPLETED');
    expect(value.report).toMatch(
      /^# app is deployed to .*\n\nAll five gates passed\. .*, 4 things failed on the way, 1 call refused/,
    );
    expect(value.report).toMatch(/^## Retrospective: app \(.*, completed\)$/m);
    expect(String(value.report).match(/^# /gm)).toHaveLength(1);
    expect(value.report).toMatch(/^### In the agent's words\n[\s\S]*the quota was found by the gate/m);
    const exported = infragate(stage.home, ['export', 'app-1']).stdout;
    const again = recompute(exported);
    expect(again.failures.map(({ gate }) => gate)).toEqual(expect.arrayContaining(['R', '0', 'I']));
    const said = (await ok('record-retro', { deployment: 'app-1', helped: ['nothing'] })).text;
    expect(said).toContain(`${(again.total_ms / 1000).toFixed(1)} s in all`);
    expect(said).toContain(`${(again.cluster_ms / 1000).toFixed(1)} s waiting for the cluster`);
    expect(said).toContain(`| phase-gate | 2 | 1 |`);
    expect(said).toContain('(app-1, completed)');
    for (const secret of [PASSWORD, Buffer.from(PASSWORD).toString('base64')]) expect(exported).not.toContain(secret);
  });
});

describe('the next deployment', () => {
  const offered = (value: Record<string, unknown>) =>
    (Array.isArray(value.learnings) ? value.learnings : []).map((one) => [one.title, one.deployment, one.helped]);

  test('is offered what the first one learnt, once', async () => {
    const { value } = await ok('start-deployment', { component: 'app', namespace: stage.namespace });
    expect(offered(value)).toEqual([[LEARNING.title, 'app-1', 'not tried yet']]);
  });

  test('given up by a person, has a retrospective all the same, from a session that never saw it', async () => {
    const engine = createEngine({ home: stage.home, workspace: stage.home, tools: [] });
    const operator = await theOperator(stage.home);
    const done = await engine.abandon({ deployment: 'app-2', because: 'other plans', ...operator });
    await engine.close();
    expect(done.ok).toBe(true);

    await agent.close();
    agent = await stage.agent();
    expect(await agent.refused('record-retro', { unexpected: ['x'] })).toBe('NO_DEPLOYMENT');
    expect(await agent.refused('record-retro', { deployment: 'app-2' })).toBe('BAD_INPUT');
    const { text } = await ok('record-retro', {
      deployment: 'app-2',
      unexpected: ['the quota learning was wrong: nobody shares this namespace'],
      judged: [{ learning: 'ask about the quota first', helped: false, because: 'nobody shares it' }],
    });
    expect(text).toContain('(app-2, abandoned)');
    expect(text).toContain('A person abandoned it: other plans');
    expect(text).toMatch(/## Beside earlier runs[\s\S]*\| app-1 \| completed[\s\S]*\| app-2 \| abandoned/);
    expect(text).toMatch(/Gate R caught most/);
  });

  test('is not offered what a run before it contradicted, and the list says so', async () => {
    const { value } = await ok('start-deployment', { component: 'app', namespace: stage.namespace });
    expect(offered(value)).toEqual([]);
    const listed = infragate(stage.home, ['learnings', 'list', '--json']).stdout;
    expect(JSON.parse(listed)).toMatchObject({
      learnings: [{ title: LEARNING.title, used: 1, helped: 0, retired: true }],
    });
    expect(infragate(stage.home, ['learnings', 'list']).stdout).toContain('(retired:');
  });

  test('can only judge what somebody wrote', async () => {
    const judged = [{ learning: 'made up', helped: true }];
    expect(await agent.refused('record-retro', { deployment: 'app-1', judged })).toBe('BAD_INPUT');
  });
});
