import { describe, expect, test } from 'vitest';
import { dryRunAll } from '../../src/apply/index.ts';
import { readSpec } from '../../src/bullets/spec.ts';
import { FORMED } from '../../src/workflow/bullet-forms.ts';
import { bulletArguments } from '../../src/workflow/suggest.ts';
import type { Agent } from '../support/scene.ts';
import { begun, configMap, FINDINGS, pod, researched } from '../support/story.ts';
import { reach, value } from './io/sandbox.ts';
import { image, sandbox, setTheStage, stage } from './support/stage.ts';

/** What a bullet proves: the attempts to prove by what is true anyway, and what it may be about. */
setTheStage('proofs');

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: try } }
  template:
    metadata: { labels: { app: try } }
    spec: { containers: [{ name: main, image: "${image}" }] }
`;
const RUNS = 'busybox runs here';

const codeOf = (shot: { value: Record<string, unknown> }): unknown => Object(shot.value.refusal).code;

/** Is each critical assumption proven, as the gate sees it? */
async function provenAt0(agent: Agent): Promise<string> {
  const { value: told } = await agent.call('deployment-status');
  const checks = [told.gates].flat().flatMap((gate) => [Object(gate).checks].flat());
  const check = checks.find((c) => [Object(c).name, Object(c).check].includes('critical-assumptions-proven'));
  return String(Object(check).status).toUpperCase();
}

describe('a bullet proves nothing', () => {
  test('by what the API server, or the scheduler, makes of any object', async () => {
    const agent = await stage.agent();
    await researched(agent, stage, image);
    const fired = (minimal_spec: string, success_criteria: string) =>
      agent.call('tracer-bullet', { assumption: RUNS, minimal_spec, success_criteria, timeout: '5s' });
    for (const text of [
      'jsonpath={.metadata.resourceVersion}',
      'cel: object.metadata.uid != ""',
      'condition=PodScheduled',
      'spec.nodeName is set',
      'Pod is scheduled',
    ]) {
      expect(codeOf(await fired(pod(image), text)), text).toBe('BAD_INPUT');
    }
    expect(codeOf(await fired(deployment('web'), 'Pod is scheduled'))).toBe('BAD_INPUT');
    expect(await provenAt0(agent)).not.toBe('PASS');
  }, 120_000);

  test('of an image that no container was started of, whatever else holds', async () => {
    const agent = await stage.agent();
    await researched(agent, stage, image);
    const service = 'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { ports: [{ port: 80 }] }\n';
    const shot = await agent.call('tracer-bullet', {
      assumption: RUNS,
      minimal_spec: `${pod(image)}  nodeSelector: { nowhere: "1" }\n---\n${service}`,
      success_criteria: 'Pod/try: condition=PodScheduled=False',
      timeout: '8s',
    });
    expect(shot.value.status, shot.text).not.toBe('PASS');
    expect(await provenAt0(agent)).not.toBe('PASS');
  }, 120_000);
});

test('a failed bullet is not settled by a trivial assumption in its place', async () => {
  const agent = await stage.agent();
  const DATABASE = 'the database survives a restart';
  const TRIVIAL = 'a Deployment can be made here';
  await begun(agent, stage, { apis: ['v1/Pod', 'apps/v1/Deployment'], image, assumption: DATABASE });
  await agent.call('cluster-reality-check', {});
  const failed = await agent.call('tracer-bullet', {
    assumption: DATABASE,
    minimal_spec: pod(image),
    success_criteria: 'jsonpath={.status.message}=never',
    timeout: '4s',
  });
  expect(failed.value.status).toBe('FAIL');
  await agent.call('record-research', {
    findings: FINDINGS,
    critical_assumptions: [{ assumption: TRIVIAL, impact: 'none at all', about: ['apps/v1/Deployment'] }],
  });
  const retired = await agent.call('record-research', {
    retire: [{ item: DATABASE, because: 'covered by another one', replaced_by: TRIVIAL }],
  });
  expect(retired.text).toMatch(/its bullet failed/);
  await agent.call('cluster-reality-check', {
    planned_images: [image],
    assumed_apis: ['apps/v1/Deployment', 'v1/Pod'],
  });
  const fire = (minimal_spec: string, success_criteria: string) =>
    agent.call('tracer-bullet', { assumption: TRIVIAL, minimal_spec, success_criteria, timeout: '40s' });
  const running = await fire(deployment('web'), 'Pod reaches Running state');
  expect(running.value.status, running.text).toBe('PASS');
  expect(await provenAt0(agent)).not.toBe('PASS');
  const whole = await fire(deployment('web'), 'Deployment is Available');
  expect(whole.value.status, whole.text).toBe('PASS');
  expect(whole.text).toMatch(/seen: .*a container of it started/);
  expect(await provenAt0(agent)).toBe('PASS');
}, 180_000);

test('a criterion may be about what a controller makes: a Secret is looked for by its name, and only its keys are seen', async () => {
  const agent = await stage.agent();
  await researched(agent, stage, image);
  const cluster = await reach(sandbox.kubeconfig);
  const writer = cluster.writer();
  const { namespace } = stage;
  const shot = agent.call('tracer-bullet', {
    assumption: RUNS,
    minimal_spec: deployment('web'),
    success_criteria: 'Deployment is Available; Secret web-token has keys user and password',
    timeout: '60s',
  });
  // What a controller would do, once the Deployment has its fresh name.
  const found = async () =>
    value(await writer.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace })).items[0]?.metadata.name;
  await expect.poll(found, { timeout: 30_000 }).toBeDefined();
  value(
    await writer.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${await found()}-token`, namespace },
      stringData: { user: 'u', password: 'hunter22' },
    }),
  );
  const { value: answer, text } = await shot;
  expect(answer.status, text).toBe('PASS');
  expect(text).toMatch(/has the keys user, password/);
  expect(text).not.toContain('hunter22');
  cluster.close();
}, 120_000);

test('every bullet that is suggested is one that the API server takes', async () => {
  await stage.agent().then((agent) => begun(agent, stage, { apis: ['v1/Pod'], image, assumption: RUNS }));
  const cluster = await reach(sandbox.kubeconfig);
  const refused: string[] = [];
  for (const api of FORMED.filter((one) => !one.startsWith('route.'))) {
    const spec = readSpec(String(bulletArguments('a-1', [`api:${api}`], [image]).minimal_spec));
    if (!spec.ok) throw new Error(spec.refusal.message);
    const { namespace } = stage;
    const objects = spec.objects.map((o) => ({ ...o, metadata: { ...o.metadata, namespace } }));
    const dry = await dryRunAll(cluster.reader, objects);
    refused.push(...dry.refused.map(({ ref, error }) => `${api}: ${ref.kind}: ${error.message}`));
  }
  expect(refused.join('\n')).toBe('');
  cluster.close();
}, 60_000);

test('a ConfigMap alone is not worth a bullet', async () => {
  const agent = await stage.agent();
  await begun(agent, stage, { apis: ['v1/ConfigMap'], image, assumption: RUNS });
  await agent.call('record-research', {
    critical_assumptions: [
      { assumption: 'a ConfigMap can be made here', impact: 'none at all', about: ['v1/ConfigMap'] },
    ],
  });
  await agent.call('cluster-reality-check', {});
  const shot = await agent.call('tracer-bullet', {
    assumption: 'a ConfigMap can be made here',
    minimal_spec: configMap('x'),
    success_criteria: 'jsonpath={.metadata.resourceVersion}',
  });
  expect(codeOf(shot)).toBe('BAD_INPUT');
}, 60_000);
