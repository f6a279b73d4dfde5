import { beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from '../support/scene.ts';
import { configMap, proven } from '../support/story.ts';
import { approved, gateFails, gatePasses, kubectlOf, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** What others deliver: the marks, releases and Applications are written here as Helm, Argo CD and Flux write them; the
 *  controllers themselves don't run. */
setTheStage('delivery');

const crd = (group: string, kind: string, version: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${kind.toLowerCase()}s.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { plural: ${kind.toLowerCase()}s, singular: ${kind.toLowerCase()}, kind: ${kind} }
  versions:
    - name: ${version}
      served: true
      storage: true
      subresources: { status: {} }
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;

beforeAll(async () => {
  const crds = [
    crd('argoproj.io', 'Application', 'v1alpha1'),
    crd('kustomize.toolkit.fluxcd.io', 'Kustomization', 'v1'),
  ];
  const cluster = kubectlOf(sandbox, 'default');
  cluster(['apply', '-f', '-'], crds.join('---\n'));
  cluster(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
});

const part = (delivery: string) => ({
  files: { 'settings.yaml': configMap('settings') },
  criteria: ['ConfigMap/settings: create'],
  more: { delivery, timeout: '3s' },
});

async function delivered(delivery: string): Promise<Agent> {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  await approved(agent, planText(stage, [part(delivery)]));
  expect((await agent.call('apply-phase', { phase_number: 1 })).value.status).toBe('NOT_OURS');
  expect((await gateFails(agent, 1)).open).toContain('resource: ConfigMap/settings: NotFound');
  kubectl(['create', '-f', '-'], configMap('settings'));
  return agent;
}

const resource = async (agent: Agent): Promise<string | undefined> =>
  (await gateFails(agent, 1)).open.find((o) => o.startsWith('resource: ConfigMap/settings'));
const status = (object: string, value: unknown) =>
  kubectl(['patch', object, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: value })]);

describe('a phase that others deliver', () => {
  test('helm: the release that the object names is there and deployed; a copied annotation is not enough', async () => {
    const agent = await delivered('helm');
    expect(await resource(agent)).toMatch(/NotReleased/);
    kubectl([
      'annotate',
      'configmap',
      'settings',
      'meta.helm.sh/release-name=shop',
      `meta.helm.sh/release-namespace=${stage.namespace}`,
    ]);
    kubectl(['label', 'configmap', 'settings', 'app.kubernetes.io/managed-by=Helm']);
    expect(await resource(agent)).toMatch(/NotReleased/);
    const release = (version: number) => `sh.helm.release.v1.shop.v${version}`;
    for (const version of [1, 2]) {
      kubectl(['create', 'secret', 'generic', release(version), '--type=helm.sh/release.v1']);
      kubectl([
        'label',
        'secret',
        release(version),
        'owner=helm',
        'name=shop',
        `version=${version}`,
        `status=${version === 1 ? 'deployed' : 'failed'}`,
      ]);
    }
    expect(await resource(agent)).toMatch(/NotDeployed/);
    kubectl(['label', 'secret', release(1), 'status=superseded', '--overwrite']);
    kubectl(['label', 'secret', release(2), 'status=deployed', '--overwrite']);
    expect((await gatePasses(agent, 1)).text).toBeTruthy();
  });

  test('helm: the commands of the plan that make the release are run, and the gate asks for them', async () => {
    const agent = await stage.agent({ approve: 'approve' });
    await proven(agent, stage, image);
    stage.write('release.sh', 'kubectl create -f settings.yaml\n');
    await approved(agent, planText(stage, [{ ...part('helm'), commands: ['sh release.sh'] }]));
    expect((await gateFails(agent, 1)).open).toContain('applied: commands: CommandsNotRun');
    const done = await agent.call('apply-phase', { phase_number: 1 });
    expect(done.value, done.text).toMatchObject({ status: 'APPLIED', resources: [], commands: [{ exit_code: 0 }] });
    const { open } = await gateFails(agent, 1);
    expect(open).not.toContain('applied: commands: CommandsNotRun');
    expect(open).toContain('resource: ConfigMap/settings: NotReleased');
  });

  test('Argo CD: tracked by an Application that lists it, is Synced and Healthy; what it has is as the plan says', async () => {
    const agent = await delivered('gitops');
    expect(await resource(agent)).toMatch(/NotTracked/);
    kubectl(['label', 'configmap', 'settings', 'app.kubernetes.io/instance=shop']);
    expect(await resource(agent)).toMatch(/NotTracked/);
    const track = (id: string) =>
      kubectl(['annotate', '--overwrite', 'configmap', 'settings', `argocd.argoproj.io/tracking-id=${id}`]);
    track(`shop:/ConfigMap:${stage.namespace}/another`);
    expect(await resource(agent)).toMatch(/NotTracked/);
    track(`shop-${stage.namespace}:/ConfigMap:${stage.namespace}/settings`);
    expect(await resource(agent)).toMatch(/NotTracked/);
    const name = `shop-${stage.namespace}`;
    kubectl(
      ['create', '-f', '-'],
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: ${name} }\nspec: {}\n`,
    );
    const listed = (sync: string, health: string) =>
      status(`application/${name}`, {
        sync: { status: sync, revision: 'abc123' },
        health: { status: health },
        resources: [{ kind: 'ConfigMap', name: 'settings', namespace: stage.namespace, status: sync }],
      });
    listed('OutOfSync', 'Healthy');
    expect(await resource(agent)).toMatch(/OutOfSync/);
    listed('Synced', 'Degraded');
    expect(await resource(agent)).toMatch(/Degraded/);
    listed('Synced', 'Healthy');
    kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"other"}}']);
    expect(await resource(agent)).toMatch(/Drifted/);
    kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"1"}}']);
    await gatePasses(agent, 1);
  });

  test('Flux: the Kustomization is there, holds it in its inventory and is Ready', async () => {
    const agent = await delivered('gitops');
    const [group, name] = ['kustomize.toolkit.fluxcd.io', 'shop'];
    kubectl(['label', 'configmap', 'settings', `${group}/name=${name}`, `${group}/namespace=${stage.namespace}`]);
    expect(await resource(agent)).toMatch(/NotTracked/);
    kubectl(
      ['create', '-f', '-'],
      `apiVersion: ${group}/v1\nkind: Kustomization\nmetadata: { name: ${name} }\nspec: {}\n`,
    );
    const says = (ready: string, id: string) =>
      status(`kustomization/${name}`, {
        observedGeneration: 1,
        lastAppliedRevision: 'main@sha1:abc123',
        inventory: { entries: [{ id, v: 'v1' }] },
        conditions: [
          { type: 'Ready', status: ready, reason: 'x', message: 'as seen', lastTransitionTime: '2026-01-01T00:00:00Z' },
        ],
      });
    says('True', `${stage.namespace}_another__ConfigMap`);
    expect(await resource(agent)).toMatch(/NotTracked/);
    says('False', `${stage.namespace}_settings__ConfigMap`);
    expect(await resource(agent)).toBeDefined();
    says('True', `${stage.namespace}_settings__ConfigMap`);
    await gatePasses(agent, 1);
  });

  test('external: someone brings it, the gate looks at what is there', async () => {
    const agent = await delivered('external');
    kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"other"}}']);
    expect(await resource(agent)).toMatch(/Drifted/);
    kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"key":"1"}}']);
    await gatePasses(agent, 1);
  });
});
