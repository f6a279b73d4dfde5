import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  address,
  applyAll,
  type BeforeImage,
  createAll,
  dryRunAll,
  LABEL,
  marked,
  placedIn,
  refOf,
  removeAll,
  rename,
  restore,
  settle,
} from '../../src/apply/index.ts';
import type { Cluster, KubeObject, Writer } from '../../src/cluster/index.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { PlacedObject } from '../../src/workflow/index.ts';
import { ownSandbox, reach, value } from './io/sandbox.ts';
import { kubectlOf } from './support/phases.ts';

let cluster: Cluster;
let sandbox: Sandbox;
let writer: Writer;
let end = async () => {};
const NS = `apply-${process.pid}`;
const RUN = 'run-apply-test';

beforeAll(async () => {
  const own = await ownSandbox('apply');
  ({ sandbox, end } = own);
  cluster = await reach(own.sandbox.kubeconfig);
  writer = cluster.writer();
  value(await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } }));
});

afterAll(async () => {
  await writer?.delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  cluster?.close();
  await end();
});

const container = { name: 'c', image: 'busybox:1' };
const deployment = (name: string, replicas = 1): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
  },
});
const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [container] },
});
const configMap = (name: string, data: Record<string, string>, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const statefulSet: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: {
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [container] } },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
      },
    ],
  },
};

/** A bullet's objects as the tool makes them, created. */
async function fire(specs: KubeObject[], suffix: string, run = RUN) {
  const marks = { deployment: 'd-1', run, bullet: suffix, expires: new Date(Date.now() + 60_000).toISOString() };
  const objects = (await placedIn(writer, rename(specs, suffix).objects, NS)).map((o) => marked(o, marks));
  const said: string[] = [];
  const creation = await createAll(writer, objects, {
    run,
    intended: async (ref) => void said.push(`intended ${ref.name}`),
    created: async (ref) => void said.push(`created ${ref.name} ${ref.uid === undefined ? 'without uid' : 'with uid'}`),
  });
  return { objects, creation, said, placed: creation.created.map((o) => ({ ref: refOf(o), run })) };
}

const refTo = (kind: string, name: string, apiVersion = 'v1') => ({ apiVersion, kind, namespace: NS, name });
const isThere = async (ref: PlacedObject) => value(await writer.getIfThere(address(ref))) !== undefined;

describe('creating', () => {
  test('each object is told of before it can exist, and again with its UID', async () => {
    const { said, placed } = await fire([configMap('a', { k: 'v' }), configMap('b', { k: 'v' })], 'said1');
    expect(said).toEqual([
      'intended a-said1',
      'created a-said1 with uid',
      'intended b-said1',
      'created b-said1 with uid',
    ]);
    expect((await removeAll(writer, placed, { timeoutMs: 20_000 })).verified).toBe(true);
  });

  test('it stops at the first that is refused and says what was created and what was not tried', async () => {
    const bad: KubeObject = { ...configMap('bad', {}), data: { k: 7 } };
    const { creation, placed } = await fire([configMap('a', {}), bad, configMap('c', {})], 'stop1');
    expect(creation.created.map((o) => o.metadata.name)).toEqual(['a-stop1']);
    expect(creation.failed?.ref.name).toBe('bad-stop1');
    expect(creation.notTried.map((r) => r.name)).toEqual(['c-stop1']);
    await removeAll(writer, placed, { timeoutMs: 20_000 });
  });

  test('a dry run finds an unknown field and leaves nothing behind', async () => {
    const wrong = { ...configMap('wrong', {}, { namespace: NS }), dta: {} };
    const dry = await dryRunAll(writer, [wrong, configMap('right', {}, { namespace: NS })]);
    expect(dry.refused.map((r) => r.ref.name)).toEqual(['wrong']);
    expect(dry.refused[0]?.error.message).toMatch(/unknown field "dta"/);
    expect(await isThere(refTo('ConfigMap', 'right'))).toBe(false);
  });

  test('an object of the name that is there already is never touched', async () => {
    const theirs = value(await writer.create(configMap('taken-x1', { whose: 'theirs' }, { namespace: NS })));
    const { creation } = await fire([configMap('taken', { whose: 'ours' })], 'x1');
    expect(creation.failed?.error.reason).toBe('AlreadyExists');
    expect(value(await writer.get(refTo('ConfigMap', 'taken-x1'))).metadata.resourceVersion).toBe(
      theirs.object.metadata.resourceVersion,
    );
  });
});

describe('watching', () => {
  test('sees the whole tree of what an object owns', async () => {
    const { creation, placed } = await fire([deployment('web', 2)], 'tree1');
    const settled = await settle(writer, {
      roots: creation.created,
      timeoutMs: 30_000,
      evaluate: (sight) => {
        const pods = sight.tree.filter((o) => o.kind === 'Pod');
        return pods.length === 2 ? { kind: 'decided', value: pods } : { kind: 'waiting', for: 'two Pods' };
      },
    });
    if (settled.kind !== 'decided') throw new Error(settled.kind);
    expect(settled.sight.tree.map((o) => o.kind).sort()).toEqual(['Deployment', 'Pod', 'Pod', 'ReplicaSet']);
    await removeAll(writer, placed, { timeoutMs: 20_000 });
  });

  test('an event on the API server is noticed within 250 ms', async () => {
    const { creation, placed } = await fire([configMap('bell', { n: '0' })], 'bell1');
    const waiting = settle(writer, {
      roots: creation.created,
      timeoutMs: 20_000,
      evaluate: (sight) => {
        const data = sight.roots[0]?.data;
        const rung = typeof data === 'object' && data !== null && 'n' in data && data.n === '1';
        return rung ? { kind: 'decided', value: Date.now() } : { kind: 'waiting', for: 'a ring' };
      },
    });
    await new Promise((r) => setTimeout(r, 700));
    value(await writer.patch(refTo('ConfigMap', 'bell-bell1'), { data: { n: '1' } }, 'merge'));
    const rung = Date.now();
    const settled = await waiting;
    if (settled.kind !== 'decided') throw new Error(settled.kind);
    expect(settled.value - rung).toBeLessThan(250);
    await removeAll(writer, placed, { timeoutMs: 20_000 });
  });

  test('what is deleted under it is absent, and the time limit is kept', async () => {
    const { creation, placed } = await fire([configMap('gone', {})], 'gone1');
    const began = Date.now();
    const waiting = settle(writer, {
      roots: creation.created,
      timeoutMs: 1500,
      evaluate: () => ({ kind: 'waiting', for: 'nothing' }),
    });
    await writer.delete(refTo('ConfigMap', 'gone-gone1'));
    const settled = await waiting;
    expect(settled.kind).toBe('timeout');
    expect(settled.sight.absent.map((r) => r.name)).toEqual(['gone-gone1']);
    expect(Date.now() - began).toBeLessThan(6_000);
    await removeAll(writer, placed, { timeoutMs: 20_000 });
  });
});

describe('removing', () => {
  test("everything goes: Pods, ReplicaSets, and a StatefulSet's claims, which have no owner", async () => {
    const { creation, placed } = await fire([deployment('web', 2), statefulSet], 'all1');
    await settle(writer, {
      roots: creation.created,
      timeoutMs: 20_000,
      evaluate: (sight) =>
        sight.tree.filter((o) => o.kind === 'Pod').length === 3
          ? { kind: 'decided', value: true }
          : { kind: 'waiting', for: 'Pods' },
    });
    const removal = await removeAll(writer, placed, { timeoutMs: 60_000 });
    expect(removal).toMatchObject({ verified: true, remaining: [] });
    expect(removal.deleted.map((r) => r.kind)).toContain('PersistentVolumeClaim');
    for (const kind of ['Pod', 'PersistentVolumeClaim']) {
      const left = value(
        await writer.list({ apiVersion: 'v1', kind }, { namespace: NS, labelSelector: `${LABEL.deployment}=d-1` }),
      );
      expect(left.items.filter((o) => o.metadata.name?.includes('all1'))).toEqual([]);
    }
  });

  test('the claims of a StatefulSet that an operator made go too, but no older claim of its name', async () => {
    const claim = (name: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: NS, labels: { app: 'db' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
    value(await writer.create(claim('data-operated-1')));
    await new Promise((later) => setTimeout(later, 1100));
    // A Lease stands for the custom resource: the garbage collector takes half a minute to hear of a new kind.
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    const { creation, placed } = await fire([{ ...lease, metadata: { name: 'db' } }], 'oper1');
    const { uid = '', name = '' } = creation.created[0]?.metadata ?? {};
    const ownerReferences = [{ ...lease, name, uid, blockOwnerDeletion: true }];
    const metadata = { name: 'operated', namespace: NS, ownerReferences };
    value(await writer.create({ ...statefulSet, metadata }));
    await expect.poll(() => isThere(refTo('PersistentVolumeClaim', 'data-operated-0')), { timeout: 10_000 }).toBe(true);

    const removal = await removeAll(writer, placed, { timeoutMs: 60_000, volumes: true, hurry: true });
    expect(removal).toMatchObject({ verified: true, remaining: [] });
    expect(await isThere(refTo('StatefulSet', 'operated', 'apps/v1'))).toBe(false);
    expect(await isThere(refTo('PersistentVolumeClaim', 'data-operated-0'))).toBe(false);
    expect(await isThere(refTo('PersistentVolumeClaim', 'data-operated-1'))).toBe(true);
  });

  test.each([
    ['are told to hurry where nothing was meant to last', true, 3],
    ['are given the time they ask for where they are a deployment that is rolled back', false, undefined],
  ])('Pods %s', async (_, hurry, gracePeriodSeconds) => {
    const { creation, placed } = await fire([deployment('slow'), pod('alone')], `hurry${hurry ? 1 : 2}`);
    await settle(writer, {
      roots: creation.created,
      timeoutMs: 20_000,
      evaluate: (sight) =>
        sight.tree.filter((o) => o.kind === 'Pod').length === 2
          ? { kind: 'decided', value: true }
          : { kind: 'waiting', for: 'Pods' },
    });
    const asked: unknown[] = [];
    const watched: Writer = {
      ...writer,
      delete: (ref, options) => {
        if (ref.kind === 'Pod') asked.push(options?.gracePeriodSeconds);
        return writer.delete(ref, options);
      },
    };
    expect((await removeAll(watched, placed, { timeoutMs: 60_000, hurry })).verified).toBe(true);
    expect(asked).toEqual(hurry ? [gracePeriodSeconds, gracePeriodSeconds] : [gracePeriodSeconds]);
  });

  test('another object that has taken the name is left alone, and ours counts as gone', async () => {
    const { creation, placed } = await fire([configMap('swap', { whose: 'ours' })], 'swap1');
    const [ours] = creation.created;
    await writer.delete(refTo('ConfigMap', 'swap-swap1'));
    await writer.waitGone(refTo('ConfigMap', 'swap-swap1'), ours?.metadata.uid, 10_000);
    value(await writer.create(configMap('swap-swap1', { whose: 'theirs' }, { namespace: NS })));
    const removal = await removeAll(writer, placed, { timeoutMs: 20_000 });
    expect(removal.verified).toBe(true);
    expect(value(await writer.get(refTo('ConfigMap', 'swap-swap1'))).data).toEqual({ whose: 'theirs' });
  });

  test('what was only intended is found by our marks, and by nothing else', async () => {
    const { placed } = await fire([configMap('half', {})], 'half1', 'run-half');
    const theirs = value(await writer.create(configMap('half-theirs', {}, { namespace: NS })));
    const intended = [
      ...placed.map(({ ref: { uid: _, ...ref } }) => ({ ref, run: 'run-half' })),
      { ref: refTo('ConfigMap', 'half-theirs'), run: 'run-half' },
      { ref: refTo('ConfigMap', 'never-was'), run: 'run-half' },
    ];
    const removal = await removeAll(writer, intended, { timeoutMs: 20_000 });
    expect(removal.verified).toBe(true);
    expect(await isThere(refTo('ConfigMap', 'half-half1'))).toBe(false);
    expect(await isThere(refOf(theirs.object))).toBe(true);
  });

  test('a finalizer is never stripped: it is reported with who put it on', async () => {
    const { placed } = await fire([configMap('stuck', {})], 'stuck1');
    const ref = refTo('ConfigMap', 'stuck-stuck1');
    value(await writer.patch(ref, { metadata: { finalizers: ['vendor.example/hold'] } }, 'merge'));
    const removal = await removeAll(writer, placed, { timeoutMs: 1500 });
    expect(removal.verified).toBe(false);
    expect(removal.deleted).toEqual([]);
    expect(removal.remaining[0]).toMatchObject({ finalizers: ['vendor.example/hold'], ref: { name: 'stuck-stuck1' } });
    expect(removal.remaining[0]?.why).toMatch(/vendor\.example\/hold/);
    expect(value(await writer.get(ref)).metadata.finalizers).toEqual(['vendor.example/hold']);
    value(await writer.patch(ref, { metadata: { finalizers: null } }, 'merge'));
    expect((await removeAll(writer, placed, { timeoutMs: 10_000 })).verified).toBe(true);
  });
});

describe('applying', () => {
  const options = { namespace: NS, dryRun: false, takeOver: [] };

  test('says what is created, changed and unchanged, and gives the before-image first', async () => {
    const before = new Map<string, BeforeImage | undefined>();
    const watched = {
      ...options,
      intended: async (ref: PlacedObject, image: BeforeImage | undefined) => void before.set(ref.name, image),
    };
    const first = await applyAll(writer, [configMap('one', { a: '1', b: '2' }), deployment('app')], watched);
    expect(first.problems).toEqual([]);
    expect(first.applied.map((a) => a.action)).toEqual(['created', 'created']);
    const again = await applyAll(writer, [configMap('one', { a: '1', b: '2' }), deployment('app')], watched);
    expect(again.applied.map((a) => a.action)).toEqual(['unchanged', 'unchanged']);
    const changed = await applyAll(writer, [configMap('one', { a: '9' })], watched);
    expect(changed.applied.map((a) => [a.action, a.changes])).toEqual([['changed', ['data.a', 'data.b']]]);
    expect(value(await writer.get(refTo('ConfigMap', 'one'))).data).toEqual({ a: '9' });
    const image = before.get('one');
    expect(image?.object.data).toEqual({ a: '1', b: '2' });

    const ref = refTo('ConfigMap', 'one');
    expect(image === undefined ? undefined : await restore(writer, ref, image)).toMatchObject({ status: 'restored' });
    expect(value(await writer.get(ref)).data).toEqual({ a: '1', b: '2' });
  });

  test('what was deleted and made anew by someone else is not overwritten with what was there before', async () => {
    await applyAll(writer, [configMap('anew', { a: '1' })], options);
    let image: BeforeImage | undefined;
    const intended = async (_: PlacedObject, before: BeforeImage | undefined) => {
      image = before;
    };
    const [changed] = (await applyAll(writer, [configMap('anew', { a: '2' })], { ...options, intended })).applied;
    const ref = refTo('ConfigMap', 'anew');
    value(await writer.delete(ref));
    await writer.waitGone(ref, changed?.ref.uid, 10_000);
    value(await writer.create(configMap('anew', { a: 'theirs' }, { namespace: NS })));
    expect(changed && image && (await restore(writer, changed.ref, image))).toMatchObject({
      status: 'failed',
      reason: 'Recreated',
    });
    expect(value(await writer.get(ref)).data).toEqual({ a: 'theirs' });
  });

  test('a dry run shows the difference and changes nothing', async () => {
    const outcome = await applyAll(writer, [configMap('dry', { a: '1' })], { ...options, dryRun: true });
    expect(outcome.applied.map((a) => a.action)).toEqual(['created']);
    expect(await isThere(refTo('ConfigMap', 'dry'))).toBe(false);
  });

  test("a field of someone else's is a conflict with its manager, taken only by take_over", async () => {
    value(await writer.create(configMap('owned', { a: 'theirs' }, { namespace: NS })));
    appliedBy('another-tool', configMap('owned', { a: 'theirs now' }, { namespace: NS }));
    const refused = await applyAll(writer, [configMap('other', {}), configMap('owned', { a: 'ours' })], options);
    expect(refused.problems).toMatchObject([
      { reason: 'Conflict', conflicts: [{ manager: 'another-tool', fields: ['.data.a'] }] },
    ]);
    expect(refused.applied).toEqual([]);
    expect(await isThere(refTo('ConfigMap', 'other'))).toBe(false);
    const taken = await applyAll(writer, [configMap('owned', { a: 'ours' })], {
      ...options,
      takeOver: [{ object: 'ConfigMap/owned', managers: ['another-tool'], fields: ['data.a'] }],
    });
    expect(taken.applied.map((a) => a.action)).toEqual(['changed']);
    expect(value(await writer.get(refTo('ConfigMap', 'owned'))).data).toEqual({ a: 'ours' });
  });

  test('what Argo CD, Flux or Helm keeps is refused, and nothing else of the set is touched', async () => {
    value(
      await writer.create(configMap('kept', {}, { namespace: NS, annotations: { 'meta.helm.sh/release-name': 'r' } })),
    );
    const outcome = await applyAll(writer, [configMap('mine', {}), configMap('kept', { a: '1' })], options);
    expect(outcome.problems).toMatchObject([{ reason: 'Tracked', ref: { name: 'kept' } }]);
    expect(await isThere(refTo('ConfigMap', 'mine'))).toBe(false);
  });

  test('a custom resource waits for the CRD of its own set', async () => {
    const group = `x${process.pid}.example.com`;
    const crd: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    };
    const thing: KubeObject = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 't' }, spec: { size: 1 } };
    const dry = await applyAll(writer, [thing, crd], { ...options, dryRun: true });
    expect(dry.notJudged.map((r) => r.kind)).toEqual(['Thing']);
    const outcome = await applyAll(writer, [thing, crd], options);
    expect(outcome.problems).toEqual([]);
    expect(outcome.applied.map((a) => a.ref.kind)).toEqual(['CustomResourceDefinition', 'Thing']);
    await removeAll(
      writer,
      outcome.applied.map((a) => ({ ref: a.ref, run: RUN })),
      { timeoutMs: 20_000 },
    );
  });

  test("a Secret's values are in no before-image, and a changed one is told, not put back", async () => {
    const secret = (v: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'sec' },
      stringData: { password: v },
    });
    await applyAll(writer, [secret('hunter-one')], options);
    let image: BeforeImage | undefined;
    const outcome = await applyAll(writer, [secret('hunter-two')], {
      ...options,
      intended: async (_, before) => {
        image = before;
      },
    });
    expect(outcome.applied.map((a) => a.action)).toEqual(['changed']);
    const text = JSON.stringify(image);
    expect(text).not.toContain(Buffer.from('hunter-one').toString('base64'));
    expect(image).toMatchObject({ kind: 'secret', keys: ['password'] });
    expect(image === undefined ? undefined : await restore(writer, refTo('Secret', 'sec'), image)).toMatchObject({
      status: 'failed',
      reason: 'SecretNotKept',
    });
  });

  test('what is no value of a Secret is put back: its labels and annotations', async () => {
    const secret = (metadata: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'labelled', ...metadata },
      stringData: { password: 'hunter-one' },
    });
    await applyAll(writer, [secret({ labels: { app: 'old' }, annotations: { note: 'old' } })], options);
    let image: BeforeImage | undefined;
    const intended = async (_: PlacedObject, before: BeforeImage | undefined) => {
      image = before;
    };
    await applyAll(writer, [secret({ labels: { app: 'new', more: 'x' } })], { ...options, intended });
    const ref = refTo('Secret', 'labelled');
    expect(image && (await restore(writer, ref, image))).toMatchObject({ status: 'restored' });
    const { metadata, data } = value(await writer.get(ref));
    expect([metadata.labels, metadata.annotations]).toEqual([{ app: 'old' }, { note: 'old' }]);
    expect(data).toEqual({ password: Buffer.from('hunter-one').toString('base64') });
    expect(image && (await restore(writer, ref, image))).toMatchObject({ status: 'unchanged' });
  });

  /** Another tool's server-side apply: kubectl, as a manager of its own. */
  const appliedBy = (manager: string, object: KubeObject) =>
    kubectlOf(sandbox, NS)(
      ['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', '-'],
      JSON.stringify(object),
    );
});
