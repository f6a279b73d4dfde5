import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/cluster/index.ts';
import { pushImage } from '../../src/sandbox/sandbox.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { audited, reach, value } from './io/sandbox.ts';
import { answers, checker, said, writes } from './support/checks.ts';
import {
  admin,
  checkIn,
  create,
  createNamespace,
  sandbox,
  setUpReality,
  withStatus,
  writer,
} from './support/reality.ts';

/** The reality check against a real API server with OpenShift's, OLM's, cert-manager's, Gateway's and CNPG's CRDs. */
setUpReality('reality', ['openshift', 'olm', 'cert-manager', 'gateway', 'cnpg']);
const NS = 'reality';
beforeAll(() => createNamespace(NS));

const check = checkIn(NS);

describe('APIs', () => {
  test('every way of writing one, and what is there instead', async () => {
    const answered = said(
      await check({
        assumed_apis: [
          'apps/v1/Deployment',
          'core/v1/Pod',
          'v1/Service',
          'route.openshift.io/v1/Route',
          'postgresql.cnpg.io/v1/Cluster',
          'postgresql.k8s.enterprisedb.io/v1/Cluster',
          'apps/v1/deployments',
          'apps/Deployment',
          'policy/v1/Eviction',
          'extensions/v1beta1/Ingress',
          'cert-manager.io/v1alpha2/Certificate',
          'nothing.example.com/v1/Thing',
          'apps/v1/Deployment:spec.template.spec.hostUsers',
          'apps/v1/Deployment:spec.template.spec.hostUser',
          'postgresql.cnpg.io/v1/Cluster:spec.instances',
          'postgresql.cnpg.io/v1/Cluster:spec.instance',
        ],
      }),
    );
    expect(answered).toEqual({
      'apps/v1/Deployment': 'PASS Served',
      'core/v1/Pod': 'PASS Served',
      'v1/Service': 'PASS Served',
      'route.openshift.io/v1/Route': 'PASS Served',
      'postgresql.cnpg.io/v1/Cluster': 'PASS Served',
      'postgresql.k8s.enterprisedb.io/v1/Cluster': 'DIVERGE OtherGroupServed',
      'apps/v1/deployments': 'DIVERGE SpellingDiffers',
      'apps/Deployment': 'PASS VersionsServed',
      'policy/v1/Eviction': 'PASS Served',
      'extensions/v1beta1/Ingress': 'DIVERGE RemovedApi',
      'cert-manager.io/v1alpha2/Certificate': 'DIVERGE OtherVersionServed',
      'nothing.example.com/v1/Thing': 'FAIL GroupNotServed',
      'apps/v1/Deployment:spec.template.spec.hostUsers': 'PASS FieldKnown',
      'apps/v1/Deployment:spec.template.spec.hostUser': 'FAIL FieldUnknown',
      'postgresql.cnpg.io/v1/Cluster:spec.instances': 'PASS FieldKnown',
      'postgresql.cnpg.io/v1/Cluster:spec.instance': 'FAIL FieldUnknown',
    });
  });

  test('a CRD that is not established, and one whose version is stored but not served', async () => {
    const crd = (plural: string, kind: string, versions: object[], names = {}): KubeObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.odd.example.com` },
      spec: { group: 'odd.example.com', scope: 'Namespaced', names: { plural, kind, ...names }, versions },
    });
    const version = (name: string, served: boolean, storage: boolean) => ({
      name,
      served,
      storage,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      },
    });
    await create(crd('widgets', 'Widget', [version('v1', false, true), version('v1beta1', true, false)]));
    // The same singular as the one before: its names are not accepted.
    await create(crd('gadgets', 'Gadget', [version('v1', true, true)], { singular: 'widget' }));
    await expect
      .poll(async () => said(await check({ assumed_apis: ['odd.example.com/v1beta1/Widget'] })))
      .toEqual({ 'odd.example.com/v1beta1/Widget': 'PASS Served' });
    const answered = answers(
      await check({
        assumed_apis: ['odd.example.com/v1/Widget', 'odd.example.com/v1/Gadget'],
      }),
    );
    expect(answered['odd.example.com/v1/Widget']).toMatchObject({
      status: 'DIVERGE',
      reason: 'OtherVersionServed',
      error: expect.stringContaining('stores objects in it'),
    });
    expect(answered['odd.example.com/v1/Gadget']).toMatchObject({ status: 'FAIL', reason: 'NotEstablished' });
    // The OpenAPI document of a new CRD comes a moment after it is served.
    const field = 'odd.example.com/v1beta1/Widget:spec.whatever';
    await expect
      .poll(async () => said(await check({ assumed_apis: [field] })), { timeout: 20_000, interval: 500 })
      .toEqual({ [field]: 'UNKNOWN SchemaOpen' });
  });

  test('50 assumed APIs cost at most 5 requests', async () => {
    const discovery = value(await (await reach(sandbox.kubeconfig)).reader.discovery());
    const apis = discovery.resources
      .slice(0, 50)
      .map((r) => `${r.group === '' ? 'core' : r.group}/${r.version}/${r.kind}`);
    expect(apis).toHaveLength(50);
    const before = audited(sandbox, 'admin').length;
    const answered = said(await check({ assumed_apis: apis }));
    expect(Object.values(answered).every((one) => one.startsWith('PASS'))).toBe(true);
    const asked = audited(sandbox, 'admin').slice(before);
    // One more than Kubernetes' own cost: OpenShift's are among them, so its ClusterOperators are listed.
    expect(asked.map((line) => line.requestURI)).toHaveLength(5);
  });

  test('an API whose server is down is unknown, and says which', async () => {
    await create({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1.down.example.com' },
      spec: {
        group: 'down.example.com',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { name: 'gone', namespace: NS },
      },
    });
    await expect
      .poll(async () => said(await check({ assumed_apis: ['down.example.com/v1/Thing'] })), { timeout: 30_000 })
      .toEqual({ 'down.example.com/v1/Thing': 'UNKNOWN ApiServiceUnavailable' });
    await writer.delete({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: 'v1.down.example.com' });
  });
});

describe('operators', () => {
  const csv = (name: string, namespace: string): KubeObject => ({
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ClusterServiceVersion',
    metadata: { name, namespace },
    spec: { displayName: name, install: { strategy: 'deployment', spec: { deployments: [] } } },
  });
  const subscription = (name: string, namespace: string): KubeObject => ({
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'Subscription',
    metadata: { name, namespace },
    spec: { name, channel: 'stable', source: 'certified', sourceNamespace: NS },
  });
  const lastUpdated = new Date().toISOString();

  test('each says what it waits for', async () => {
    await withStatus(
      {
        apiVersion: 'operators.coreos.com/v1',
        kind: 'OperatorGroup',
        metadata: { name: 'all', namespace: NS },
        spec: {},
      },
      { namespaces: [''], lastUpdated },
    );
    await withStatus(
      {
        apiVersion: 'operators.coreos.com/v1alpha1',
        kind: 'CatalogSource',
        metadata: { name: 'certified', namespace: NS },
        spec: { sourceType: 'grpc' },
      },
      { connectionState: { lastObservedState: 'READY', address: '' } },
    );
    await withStatus(csv('ready-op.v1.2.3', NS), { phase: 'Succeeded', reason: 'InstallSucceeded' });
    await withStatus(subscription('ready-op', NS), {
      state: 'AtLatestKnown',
      installedCSV: 'ready-op.v1.2.3',
      lastUpdated,
    });
    await withStatus(csv('failing-op.v2.0.0', NS), {
      phase: 'Failed',
      reason: 'ComponentUnhealthy',
      message: 'waiting for deployment',
    });
    await withStatus(subscription('failing-op', NS), {
      state: 'AtLatestKnown',
      installedCSV: 'failing-op.v2.0.0',
      lastUpdated,
    });
    await create({
      apiVersion: 'operators.coreos.com/v1alpha1',
      kind: 'InstallPlan',
      metadata: { name: 'install-x', namespace: NS },
      spec: { approval: 'Manual', approved: false, clusterServiceVersionNames: ['manual-op.v1.0.0'] },
    });
    await withStatus(subscription('manual-op', NS), {
      state: 'UpgradePending',
      installPlanRef: { name: 'install-x', namespace: NS },
      lastUpdated,
    });
    await withStatus(
      { apiVersion: 'config.openshift.io/v1', kind: 'ClusterOperator', metadata: { name: 'ingress' }, spec: {} },
      {
        conditions: [
          { type: 'Available', status: 'True', lastTransitionTime: lastUpdated },
          { type: 'Degraded', status: 'True', message: 'no router', lastTransitionTime: lastUpdated },
        ],
      },
    );
    const answered = answers(
      await check({ operators: ['ready-op', 'failing-op', 'manual-op', 'ingress', 'not-there', 'cert-manager'] }),
    );
    expect(Object.fromEntries(Object.entries(answered).map(([n, a]) => [n, `${a.status} ${a.reason}`]))).toEqual({
      'ready-op': 'PASS Ready',
      'failing-op': 'FAIL CsvFailed',
      'manual-op': 'FAIL InstallPlanNotApproved',
      ingress: 'FAIL Degraded',
      'not-there': 'FAIL NotInstalled',
      'cert-manager': 'UNKNOWN ControllerNotFound',
    });
    expect(answered['failing-op']?.error).toContain('waiting for deployment');
  });

  test('from manifests: its Deployment must be available and its webhooks answered', async () => {
    const labels = { 'app.kubernetes.io/name': 'hookop' };
    const crd: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'hooked.hook.example.com' },
      spec: {
        group: 'hook.example.com',
        scope: 'Namespaced',
        names: { plural: 'hooked', kind: 'Hooked' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    await create(crd);
    await create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hookop', namespace: NS },
      spec: { selector: { app: 'nobody-has-this' }, ports: [{ port: 443 }] },
    });
    await create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'hookop-controller-manager', namespace: NS, labels },
      spec: {
        selector: { matchLabels: { app: 'hookop' } },
        template: {
          metadata: { labels: { app: 'hookop' } },
          spec: { containers: [{ name: 'manager', image: 'example.com/hookop:1' }] },
        },
      },
    });
    await create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'hookop' },
      webhooks: [
        {
          name: 'hook.example.com',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          clientConfig: { service: { name: 'hookop', namespace: NS } },
          rules: [{ apiGroups: ['hook.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['*'] }],
        },
      ],
    });
    await expect
      .poll(async () => answers(await check({ operators: ['hookop', 'hook.example.com'] })).hookop?.reason, {
        timeout: 60_000,
        interval: 1000,
      })
      .toBe('WebhookNoEndpoints');
    await writer.delete({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      name: 'hookop',
    });
    expect(said(await check({ operators: ['hookop'] }))).toEqual({ hookop: 'PASS Ready' });
  });
});

describe('configuration', () => {
  test('sentences are checked for real', async () => {
    await create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'gp3-csi', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'ebs.csi.aws.com',
    });
    await create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx' },
      spec: { controller: 'k8s.io/ingress-nginx' },
    });
    await create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace: NS },
      spec: { hard: { 'requests.cpu': '3', 'requests.memory': '4Gi' } },
    });
    await create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: NS },
      stringData: { password: 'hunter2' },
    });
    await expect
      .poll(async () => said(await check({ configuration_requirements: ['2 CPU and 4Gi free in quota'] })))
      .toEqual({ '2 CPU and 4Gi free in quota': 'PASS QuotaFits' });
    const answered = await check({
      configuration_requirements: [
        'StorageClass gp3-csi exists',
        'StorageClass gp2-csi exists',
        'default StorageClass',
        'RWX volumes',
        'IngressClass nginx',
        'default IngressClass',
        'Route support',
        '2 CPU and 4.5Gi free in quota',
        'can create Secrets in namespace',
        'Kubernetes >= 1.27',
        'Kubernetes >= 9.0',
        'OpenShift 4.14',
        'OpenShift >= 4.15',
        'runs as non-root',
        'node with label kubernetes.io/os=linux',
        'node with label gpu=yes',
        'PodDisruptionBudget',
        `namespace ${NS} exists`,
        'Secret db with key password exists',
        'Secret db with key user exists',
        'Secret dbb exists',
        'PVC of 10Gi with StorageClass gp3-csi',
        'the moon is full',
      ],
    });
    expect(said(answered)).toEqual({
      'StorageClass gp3-csi exists': 'PASS Exists',
      'StorageClass gp2-csi exists': 'FAIL StorageClassMissing',
      'default StorageClass': 'PASS Exists',
      'RWX volumes': 'FAIL NoSharedStorage',
      'IngressClass nginx': 'PASS Exists',
      'default IngressClass': 'FAIL NoDefaultIngressClass',
      'Route support': 'PASS Served',
      '2 CPU and 4.5Gi free in quota': 'FAIL QuotaTooSmall',
      'can create Secrets in namespace': 'PASS Allowed',
      'Kubernetes >= 1.27': 'PASS VersionFits',
      'Kubernetes >= 9.0': 'FAIL VersionDiffers',
      'OpenShift 4.14': 'PASS VersionFits',
      'OpenShift >= 4.15': 'FAIL VersionDiffers',
      'runs as non-root': 'PASS Admitted',
      'node with label kubernetes.io/os=linux': 'PASS Exists',
      'node with label gpu=yes': 'FAIL NoSuchNode',
      PodDisruptionBudget: 'PASS Served',
      [`namespace ${NS} exists`]: 'PASS Exists',
      'Secret db with key password exists': 'PASS Exists',
      'Secret db with key user exists': 'FAIL KeyMissing',
      'Secret dbb exists': 'FAIL ObjectMissing',
      'PVC of 10Gi with StorageClass gp3-csi': 'PASS ClaimAccepted',
      'the moon is full': 'UNKNOWN NotRecognised',
    });
    expect(JSON.stringify(answered)).not.toContain('hunter2');
    expect(answers(answered)['StorageClass gp2-csi exists']?.suggestion).toBe('StorageClass/gp3-csi');
  });

  test('Pod Security decides who may run as root', async () => {
    await create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'restricted', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const answered = said(
      await check({
        namespace: 'restricted',
        configuration_requirements: ['runs as non-root', 'anyuid', 'privileged containers'],
      }),
    );
    expect(answered).toEqual({
      'runs as non-root': 'PASS Admitted',
      anyuid: 'FAIL NotAdmitted',
      'privileged containers': 'FAIL NotAdmitted',
    });
  });
});

describe('manifests', () => {
  const deployment = (name: string, container: object, replicas = 1) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: 'example.com/x:1', ...container }] },
      },
    },
  });
  const text = (...objects: object[]) => objects.map((o) => JSON.stringify(o)).join('\n---\n');

  test('the Pod of a workload is judged, not only the workload', async () => {
    const answered = said(
      await check({
        namespace: 'restricted',
        manifests: text(deployment('root', { securityContext: { runAsUser: 0 } })),
      }),
    );
    expect(answered).toEqual({ 'Deployment/root': 'FAIL PodViolatesPodSecurity' });
  });

  test('unknown fields, references, order and the sum against quota', async () => {
    const requests = { resources: { requests: { cpu: '2', memory: '100Mi' } } };
    const performed = await check({
      manifests: text(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typo' }, dta: {} },
        deployment('named', { ...requests, envFrom: [{ secretRef: { name: 'nowhere' } }] }),
        deployment('fine', {
          ...requests,
          env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
        }),
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'fine' },
          spec: { selector: { app: 'fine' }, ports: [{ port: 80 }] },
        },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'lost' },
          spec: { selector: { app: 'lost' }, ports: [{ port: 80 }] },
        },
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'news.new.example.com' },
          spec: {
            group: 'new.example.com',
            scope: 'Namespaced',
            names: { plural: 'news', kind: 'New' },
            versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
          },
        },
        { apiVersion: 'new.example.com/v1', kind: 'New', metadata: { name: 'one' } },
      ),
    });
    expect(said(performed)).toEqual({
      'ConfigMap/typo': 'FAIL UnknownField',
      'Deployment/named': 'FAIL ReferenceMissing',
      'Deployment/fine': 'PASS Accepted',
      'Service/fine': 'PASS Accepted',
      'Service/lost': 'UNKNOWN SelectsNothing',
      'CustomResourceDefinition/news.new.example.com': 'PASS Accepted',
      'New/one': 'UNKNOWN DefinedInSet',
      'quota of the set': 'FAIL QuotaExceeded',
    });
    expect(JSON.stringify(performed)).not.toContain('hunter2');
  });

  test('a file, and a wrong line is named', async () => {
    writeFileSync(join(admin.folder, 'a.yaml'), `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ok}\n`);
    expect(said(await check({ manifests: 'a.yaml' }))).toMatchObject({ 'ConfigMap/ok': 'PASS Accepted' });
    const wrong = await check({ manifests: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n' });
    expect(wrong.structured.refusal).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('line 5, column 3'),
    });
  });
});

describe('images', () => {
  let registry: TestRegistry;
  let silent: Server;
  const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  beforeAll(async () => {
    registry = await startRegistry({ users: { ann: 'secret' }, auth: 'basic' });
    await pushImage(registry.address, 'team/app:1', {}, { authorization: basic });
    await pushImage(sandbox.registry ?? '', 'open/app:1', {});
    silent = createServer((_, response) => response.destroy()).listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await registry?.stop();
    silent?.close();
  });

  test('with the pull secrets of the default service account, and without', async () => {
    const image = `${registry.address}/team/app:1`;
    const lists = { planned_images: [image, `${sandbox.registry}/open/app:1`, `${sandbox.registry}/open/app:2`] };
    expect(said(await check(lists))).toMatchObject({
      [image]: expect.stringMatching(/^(FAIL|UNKNOWN) Unauthorized$/),
      [`${sandbox.registry}/open/app:1`]: 'PASS Pullable',
      [`${sandbox.registry}/open/app:2`]: 'FAIL NotFound',
    });
    const auths = { [registry.address]: { auth: Buffer.from('ann:secret').toString('base64') } };
    await create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'regcred', namespace: NS },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
    });
    value(
      await writer.patch(
        { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', namespace: NS },
        { imagePullSecrets: [{ name: 'regcred' }] },
        'merge',
      ),
    );
    const performed = await check({ planned_images: [image] });
    expect(said(performed)).toEqual({ [image]: 'PASS Pullable' });
    expect(JSON.stringify(performed)).not.toContain('secret"');
  });

  test("OpenShift's mirrors and blocks, read from the cluster", async () => {
    await create({
      apiVersion: 'config.openshift.io/v1',
      kind: 'ImageTagMirrorSet',
      metadata: { name: 'apps' },
      spec: {
        imageTagMirrors: [
          {
            source: 'upstream.invalid/open',
            mirrors: [`${sandbox.registry}/open`],
            mirrorSourcePolicy: 'NeverContactSource',
          },
        ],
      },
    });
    await create({
      apiVersion: 'config.openshift.io/v1',
      kind: 'Image',
      metadata: { name: 'cluster' },
      spec: { registrySources: { blockedRegistries: ['blocked.invalid'] } },
    });
    expect(said(await check({ planned_images: ['upstream.invalid/open/app:1', 'blocked.invalid/a:1'] }))).toEqual({
      'upstream.invalid/open/app:1': 'PASS Pullable',
      'blocked.invalid/a:1': 'FAIL PolicyBlocked',
    });
    await writer.delete({ apiVersion: 'config.openshift.io/v1', kind: 'ImageTagMirrorSet', name: 'apps' });
    await writer.delete({ apiVersion: 'config.openshift.io/v1', kind: 'Image', name: 'cluster' });
  });

  test('one registry that is down does not sink the rest; it is deferred with a bullet at hand', async () => {
    const { port } = silent.address() as AddressInfo;
    const answered = answers(await check({ planned_images: [`127.0.0.1:${port}/a:1`], assumed_apis: ['v1/Pod'] }));
    expect(answered['v1/Pod']?.status).toBe('PASS');
    expect(answered[`127.0.0.1:${port}/a:1`]).toMatchObject({
      status: 'UNKNOWN',
      minimal_spec: expect.stringContaining('kind: Pod'),
    });
  });
});

describe('whose eyes', () => {
  test('an identity that may read one namespace only: what it can not see is unknown and names the permission', async () => {
    const viewer = checker(sandbox, 'viewer');
    const performed = await check(
      {
        namespace: 'default',
        assumed_apis: ['apps/v1/Deployment', 'postgresql.cnpg.io/v1/Cluster'],
        operators: ['cnpg'],
        configuration_requirements: [
          'StorageClass gp3-csi exists',
          'can create secrets',
          'node with label a=b',
          '1 CPU and 1Gi free in quota',
          'runs as non-root',
        ],
      },
      viewer,
    );
    await viewer.close();
    const answered = answers(performed);
    expect(said(performed)).toEqual({
      'apps/v1/Deployment': 'PASS Served',
      'postgresql.cnpg.io/v1/Cluster': 'PASS Served',
      cnpg: 'UNKNOWN PermissionMissing',
      'StorageClass gp3-csi exists': 'UNKNOWN PermissionMissing',
      'can create secrets': 'FAIL NotAllowed',
      'node with label a=b': 'UNKNOWN PermissionMissing',
      '1 CPU and 1Gi free in quota': 'PASS NoQuota',
      'runs as non-root': 'UNKNOWN PermissionMissing',
    });
    expect(answered['StorageClass gp3-csi exists']?.error).toContain('list storageclasses.storage.k8s.io');
    expect(performed.structured.identity).toBe('viewer');
  });
});

describe('in a deployment', () => {
  test('what is looked at goes on record, and Gate R follows', async () => {
    const mine = checker(sandbox);
    await mine.call('start-deployment', { component: 'web', namespace: NS });
    await mine.call('record-research', {
      findings:
        'A web front end of two replicas behind a Route; configuration in a ConfigMap, state in PostgreSQL by CNPG.',
      no_outside_sources: 'written from our own conventions',
      assumed_apis: [
        'apps/v1/Deployment',
        'apps/v1/deployments',
        { name: 'brought.example.com/v1/Thing', provided_by: 'plan' },
      ],
      configuration_requirements: ['StorageClass gp3-csi exists', 'node with label gpu=yes'],
      planned_images: [`${sandbox.registry}/open/app:1`],
    });
    const first = await mine.call('cluster-reality-check', {});
    expect(said(first)).toEqual({
      'apps/v1/Deployment': 'PASS Served',
      'apps/v1/deployments': 'DIVERGE SpellingDiffers',
      'brought.example.com/v1/Thing': 'PASS Installable',
      'StorageClass gp3-csi exists': 'PASS Exists',
      'node with label gpu=yes': 'FAIL NoSuchNode',
      [`${sandbox.registry}/open/app:1`]: 'PASS Pullable',
    });
    const wrong = await mine.call('record-research', {
      retire: [{ item: 'api-2', because: 'wrong spelling', replaced_by: 'apps/v1/Deploymet' }],
    });
    expect(wrong.structured.refusal).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('retire[0].replaced_by'),
    });
    const retired = await mine.call('record-research', {
      retire: [
        { item: 'api-2', because: 'wrong spelling', replaced_by: 'apps/v1/Deployment' },
        { item: 'node with label gpu=yes', because: 'it runs without one' },
      ],
    });
    expect(retired.structured).toMatchObject({ stage: 'tracer', gate: { name: '0' } });
    const again = await mine.call('cluster-reality-check', {});
    // Only what the plan is to bring is looked at again: is it there by now?
    expect(said(again)).toEqual({ 'brought.example.com/v1/Thing': 'PASS Installable' });
    await mine.close();
  });

  test('evidence from another namespace counts for no gate', async () => {
    const mine = checker(sandbox);
    await mine.call('start-deployment', { component: 'elsewhere', namespace: NS });
    const looked = await mine.call('cluster-reality-check', {
      namespace: 'default',
      configuration_requirements: ['can create pods'],
    });
    expect(said(looked)).toEqual({ 'can create pods': 'PASS Allowed' });
    const status = await mine.call('deployment-status', { show: 'research' });
    expect(status.text).toContain('can create pods: missing');
    await mine.close();
  });

  test('80 items are looked at and recorded in seconds', async () => {
    const mine = checker(sandbox);
    const discovery = value(await (await reach(sandbox.kubeconfig)).reader.discovery());
    const apis = discovery.resources
      .slice(0, 60)
      .map((r) => `${r.group === '' ? 'core' : r.group}/${r.version}/${r.kind}`);
    const sentences = Array.from({ length: 20 }, (_, i) => `node with label x${i}=y`);
    await mine.call('start-deployment', { component: 'many', namespace: NS });
    const began = Date.now();
    const performed = await mine.call('cluster-reality-check', {
      assumed_apis: apis,
      configuration_requirements: sentences,
    });
    expect(Object.keys(said(performed))).toHaveLength(80);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(performed.text.length).toBeLessThan(8000);
    await mine.close();
  });
});

test('all of it changed nothing: no request without dryRun=All, save the writes of the test itself', () => {
  const uris = writes(audited(sandbox, 'viewer')).map((line) => `${line.verb} ${line.requestURI}`);
  expect(uris).toEqual([]);
});

describe('infragate check', () => {
  const cli = (file: string, ...args: string[]) =>
    spawnSync(process.execPath, ['src/cli.ts', 'check', file, ...args], {
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG: sandbox.kubeconfig, INFRAGATE_HOME: join(admin.folder, 'cli') },
    });

  test('its exit code is the result', () => {
    const good = join(admin.folder, 'good.yaml');
    const bad = join(admin.folder, 'bad.yaml');
    const wrong = join(admin.folder, 'wrong.yaml');
    writeFileSync(good, `namespace: ${NS}\nassumed_apis: [apps/v1/Deployment]\n`);
    writeFileSync(bad, `namespace: ${NS}\nassumed_apis: [apps/v1/Deplyment]\n`);
    writeFileSync(wrong, 'assumed_api: [apps/v1/Deployment]\n');
    expect(cli(good).status).toBe(0);
    const failed = cli(bad, '--json');
    expect(failed.status).toBe(1);
    expect(JSON.parse(failed.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      ok: false,
      results: [{ name: `namespace ${NS}`, status: 'PASS' }, { status: 'FAIL' }],
    });
    expect(cli(wrong).status).toBe(2);
    expect(cli(wrong).stderr).toContain('assumed_api: is not a field here; the fields are namespace?, assumed_apis?');
    const last = (ran: { stdout: string }) => JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '');
    expect(last(cli(wrong, '--json'))).toMatchObject({ error: { reason: 'BadFile' } });
    expect(last(cli(good, '--json', '--context', 'nowhere'))).toMatchObject({
      error: { reason: 'CLUSTER_UNREACHABLE' },
    });
    expect(cli(good, '--json', '--sarif').status).toBe(2);
    expect(cli(good, '--context', 'nowhere').status).toBe(3);
    // Who may not read namespaces doesn't know that this one is there: nothing fails, and something is unknown.
    expect(cli(good, '--context', sandbox.contexts.nobody).status).toBe(4);
  });
});
