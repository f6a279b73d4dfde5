import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { guard, release } from '../../src/cli/cluster/guard.ts';
import { connect as reach, type Writer } from '../../src/cluster/index.ts';
import { at } from '../../src/objects/kube-object.ts';
import { proven } from '../support/story.ts';
import { faultProxy } from './io/fault-proxy.ts';
import { asAdmin, kubeconfigOf } from './support/guarded.ts';
import { applied, approved, deployment, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

// Cut off at any write, a namespace is guarded or as it was, and its controllers work; what was left is taken up again.

setTheStage('guarded-kill');

class Cut extends Error {}

let serial = 0;

/** As if the process had ended at its nth write: before it was sent, or after it was carried out. */
function cutOff(writer: Writer, nth: number, when: 'before' | 'after'): Writer {
  let writes = 0;
  const at = async <T>(send: () => Promise<T>): Promise<T> => {
    writes += 1;
    if (writes === nth && when === 'before') throw new Cut();
    const done = await send();
    if (writes === nth) throw new Cut();
    return done;
  };
  return {
    ...writer,
    apply: (...given) => at(() => writer.apply(...given)),
    patch: (...given) => at(() => writer.patch(...given)),
    delete: (...given) => at(() => writer.delete(...given)),
  };
}

/** A member of the break-glass group, and the admin, who is none. */
async function people(): Promise<{ person: Writer; admin: Writer }> {
  const config = JSON.parse(readFileSync(kubeconfigOf(sandbox, stage, 'admin'), 'utf8'));
  const [{ name, user }] = config.users;
  const as = { as: 'on-call', 'as-groups': ['infragate:break-glass', 'system:masters'] };
  const file = join(stage.workspace, '..', 'kubeconfig-person');
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name, user: { ...user, ...as } }] }), { mode: 0o600 });
  return { person: await writerOf(file), admin: await writerOf(sandbox.kubeconfig) };
}

async function writerOf(kubeconfig: string): Promise<Writer> {
  const connected = await reach({ kubeconfig });
  if (!connected.ok) throw new Error(connected.error.message);
  return connected.value.writer();
}

/** Refused or not, never in between; and the Deployment's Pods come when they are wanted, by the cluster's controllers. */
async function isSound(
  { person, admin }: Awaited<ReturnType<typeof people>>,
  namespace: string,
  replicas: number,
): Promise<boolean> {
  const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `probe-${serial++}`, namespace } };
  const made = await admin.create(probe);
  if (!made.ok) expect(made.error.message).toContain('infragate guards the namespace');
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace };
  const scaled = await person.patch(web, { spec: { replicas } }, 'merge');
  expect(scaled.ok, JSON.stringify(scaled)).toBe(true);
  const ready = async () => {
    const now = await admin.get(web);
    return now.ok ? at(now.value, 'status', 'readyReplicas') : now.error.message;
  };
  await expect.poll(ready, { timeout: 120_000, interval: 500 }).toBe(replicas);
  return !made.ok;
}

const POINTS = [
  ...[1, 2, 3, 4].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ what: 'guard', nth, when }))),
  ...[1, 2, 3, 4, 5, 6].flatMap((nth) =>
    (['before', 'after'] as const).map((when) => ({ what: 'release', nth, when })),
  ),
];

test('guard and release, cut off before and after each of their writes, and repeated', async () => {
  asAdmin(sandbox, stage, ['cluster', 'install']);
  const both = await people();
  const writer = both.admin;
  expect(POINTS).toHaveLength(20);
  await Promise.all(
    POINTS.map(async ({ what, nth, when }) => {
      const namespace = `${stage.namespace}-${what}-${nth}-${when}`;
      const options = { namespace, allow: ['kwok'], refuseOthers: true };
      await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      const web = await writer.create({ ...parse(deployment('web', image, 0)), apiVersion: 'apps/v1' }, { namespace });
      expect(web.ok, JSON.stringify(web)).toBe(true);
      if (what === 'release') await guard(writer, options);
      const cut = cutOff(writer, nth, when);
      await expect(what === 'guard' ? guard(cut, options) : release(cut, namespace), namespace).rejects.toThrow(Cut);
      await isSound(both, namespace, 1);
      if (what === 'guard') {
        await guard(writer, options);
        expect(await isSound(both, namespace, 2), `${namespace} is guarded`).toBe(true);
      }
      await release(writer, namespace);
      expect(await isSound(both, namespace, 1), `${namespace} is free`).toBe(false);
      const left = await writer.list(
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
        { namespace },
      );
      expect(left.ok ? left.value.items : left.error).toEqual([]);
    }),
  );
  expect(kubectl(['get', 'phases', '-n', 'infragate-system', '-o', 'name'])).not.toContain(stage.namespace);
  expect(kubectl(['get', 'validatingadmissionpolicybindings', '-o', 'name'])).not.toContain(stage.namespace);
}, 300_000);

test('a server killed with kill -9 in an open session leaves a guarded namespace; the next one ends its session and goes on', async () => {
  asAdmin(sandbox, stage, ['cluster', 'install', '--server', 'viewer']);
  kubectl(['create', 'namespace', stage.namespace]);
  asAdmin(sandbox, stage, ['cluster', 'guard', stage.namespace, '--proving', '--allow', 'kwok', '--refuse-others']);
  const proxy = await faultProxy(kubeconfigOf(sandbox, stage, 'viewer'));
  const server = { approve: 'approve', env: { INFRAGATE_KUBECONFIG: proxy.kubeconfig } } as const;
  const doomed = await stage.agent(server);
  await proven(doomed, stage, image);
  const criteria = ['Deployment/web: reaches Ready state'];
  const files = { 'web.yaml': deployment('web', image) };
  await approved(doomed, planText(stage, [{ files, criteria, validation: ['kubectl get deployment web'] }]));
  proxy.rule = ({ method, url }) =>
    method === 'PATCH' && url.includes('/deployments/web') && !url.includes('dryRun') ? 'swallow' : undefined;
  const lost = doomed.call('apply-phase', { phase_number: 1 }).catch(() => 'lost');
  const there = () => kubectl(['get', 'deployment', 'web', '--ignore-not-found', '-o', 'name']);
  await expect.poll(there, { timeout: 60_000 }).not.toBe('');
  process.kill(doomed.pid ?? 0, 'SIGKILL');
  expect(await lost).toBe('lost');
  proxy.rule = () => undefined;
  const open = () =>
    kubectl(['get', 'phase', stage.namespace, '-n', 'infragate-system', '-o', 'jsonpath={.spec.open.*.deployment}']);
  expect(open()).toContain('app-1');
  expect(() => kubectl(['create', 'configmap', 'mine'])).toThrow(/infragate guards the namespace/);
  const next = await stage.agent(server);
  await applied(next, 1);
  expect(open()).toBe('');
  expect(kubectl(['get', 'secrets', '-n', 'infragate-system', '-o', 'name'])).toBe('');
  await proxy.close();
}, 300_000);
