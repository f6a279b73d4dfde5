import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../src/cluster/index.ts';
import { findCommand } from '../../src/sandbox/command.ts';
import { pushImage } from '../../src/sandbox/sandbox.ts';
import { value } from '../cluster/io/sandbox.ts';
import { startRegistry } from '../support/registry.ts';
import { type Agent, type Scene, scene } from '../support/scene.ts';
import { begun } from '../support/story.ts';
import { cluster, onKubelet, sandbox, serviceAccountIn } from './support/kubelet.ts';

/**
 * What can't be seen from here is settled on the cluster: the reality check suggests a bullet, and exactly that text,
 * fired at a real kubelet, passes Gate 0's check of deferred items.
 */
const busybox = findCommand('busybox') ?? '';
const ASSUMPTION = 'the node can pull and run the image';
const SLEEPS = { from: 'busybox:1', cmd: ['sleep', '3600'] };
const NEEDS = { file: 'suggested', commands: ['busybox'] };
let stage: Scene;

onKubelet('a bullet that the reality check suggests, on a kubelet', NEEDS, () => {
  beforeEach(() => {
    stage = scene(sandbox, 'suggested');
  });
  afterEach(async () => {
    await cluster.writer().delete({ apiVersion: 'v1', kind: 'Namespace', name: stage.namespace });
    await stage.end();
  });

  /** Through Gate R with this image, which the reality check can't settle: what it suggests instead. */
  async function deferred(agent: Agent, image: string): Promise<Record<string, unknown>> {
    await begun(agent, stage, { apis: ['v1/Pod'], image, assumption: ASSUMPTION });
    const checked = await agent.call('cluster-reality-check');
    const images: unknown[] = Array.isArray(checked.value.images) ? checked.value.images : [];
    const found: Record<string, unknown> = { ...Object(images[0]) };
    expect(found, checked.text).toMatchObject({ name: image, status: 'UNKNOWN' });
    expect(found.minimal_spec).toContain(image);
    return found;
  }

  /** Gate 0 is closed before and open after exactly this bullet. */
  async function settles(agent: Agent, minimal_spec: unknown) {
    const plan = { plan: 'component: app' };
    expect(await agent.refused('submit-plan', plan)).toBe('GATE_NOT_PASSED');
    expect(await deferredCheck(agent)).not.toBe('PASS');
    const shot = await agent.call('tracer-bullet', {
      assumption: ASSUMPTION,
      minimal_spec,
      success_criteria: 'Pod reaches Running state',
      timeout: '60s',
    });
    expect(shot.value, shot.text).toMatchObject({ status: 'PASS', cleanup: { verified: true } });
    expect(await deferredCheck(agent)).toBe('PASS');
    expect(await agent.refused('submit-plan', plan)).not.toBe('GATE_NOT_PASSED');
  }

  async function deferredCheck(agent: Agent): Promise<unknown> {
    const { value: told, text } = await agent.call('deployment-status');
    const found = [told.gates].flat().flatMap((gate) => [Object(gate).checks].flat());
    const check = found.find((c) => [Object(c).name, Object(c).check].includes('deferred-items-proven'));
    expect(check, text).toBeDefined();
    return String(Object(check).status).toUpperCase();
  }

  test('an image whose registry this machine can not reach, but which the node has', async () => {
    const far = await startRegistry({ busybox });
    await pushImage(far.address, 'team/far:1', SLEEPS);
    const image = `${far.address}/team/far:1`;
    const primes: KubeObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'primes', namespace: 'default' },
      spec: { containers: [{ name: 'c', image }], terminationGracePeriodSeconds: 0 },
    };
    const { apiVersion, kind } = primes;
    const where = { apiVersion, kind, namespace: 'default', name: 'primes' };
    value(await cluster.writer().create(primes));
    await expect
      .poll(async () => Object(value(await cluster.reader.get(where)).status).phase, { timeout: 60_000 })
      .toBe('Running');
    await cluster.writer().delete(where);
    await far.stop();

    const agent = await stage.agent();
    const found = await deferred(agent, image);
    expect(found.reason).toBe('UnreachableFromHere');
    await serviceAccountIn(stage.namespace);
    await settles(agent, found.minimal_spec);
  }, 240_000);

  test("an image that only this machine's own login opens, once the namespace has a pull secret", async () => {
    const users = { someone: 'something' };
    const locked = await startRegistry({ busybox, auth: 'basic', users });
    const auth = Buffer.from('someone:something').toString('base64');
    await pushImage(locked.address, 'team/locked:1', SLEEPS, { authorization: `Basic ${auth}` });
    const logins = JSON.stringify({ auths: { [locked.address]: { auth } } });
    const folder = mkdtempSync(join(tmpdir(), 'infragate-login-'));
    writeFileSync(join(folder, 'config.json'), logins, { mode: 0o600 });

    const agent = await stage.agent({ env: { DOCKER_CONFIG: folder } });
    const found = await deferred(agent, `${locked.address}/team/locked:1`);
    expect(found.reason).toBe('PullableOnlyWithOwnLogin');
    await serviceAccountIn(stage.namespace);
    const { namespace } = stage;
    const granted: KubeObject[] = [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'pull', namespace },
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': logins },
      },
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
        imagePullSecrets: [{ name: 'pull' }],
      },
    ];
    for (const object of granted) value(await cluster.writer().apply(object, { namespace, force: true }));
    await settles(agent, found.minimal_spec);
    await locked.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 240_000);
});
