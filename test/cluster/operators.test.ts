import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/cluster/index.ts';
import { type Aggregated, aggregated } from './io/aggregated.ts';
import { audited, value } from './io/sandbox.ts';
import { answers, type Checker, checker, said, writes } from './support/checks.ts';
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

/**
 * Operators on objects of the real kinds: OLM's, OLM v1's and OpenShift's CRDs on a real API server. No OLM and no
 * cluster-version-operator runs here: the test writes the objects and the status that they would write, as their
 * documentation and code have it.
 */
setUpReality('operators', ['openshift', 'olm', 'olm-v1']);
const NS = 'default';
const HOME = 'operators';
const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');

const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: now,
});

const ALPHA = 'operators.coreos.com/v1alpha1';
const csv = (
  name: string,
  namespace = HOME,
  more: { labels?: Record<string, string>; spec?: object } = {},
): KubeObject => ({
  apiVersion: ALPHA,
  kind: 'ClusterServiceVersion',
  metadata: { name, namespace, ...(more.labels && { labels: more.labels }) },
  spec: { displayName: name, install: { strategy: 'deployment', spec: { deployments: [] } }, ...more.spec },
});
const subscription = (name: string, namespace = HOME, source = 'catalog'): KubeObject => ({
  apiVersion: ALPHA,
  kind: 'Subscription',
  metadata: { name, namespace },
  spec: { name, channel: 'stable', source, sourceNamespace: HOME },
});
const installPlan = (name: string, spec: object): KubeObject => ({
  apiVersion: ALPHA,
  kind: 'InstallPlan',
  metadata: { name, namespace: HOME },
  spec: { clusterServiceVersionNames: [`${name}.v1.0.0`], ...spec },
});
const catalog = (name: string, state: string) =>
  withStatus(
    { apiVersion: ALPHA, kind: 'CatalogSource', metadata: { name, namespace: HOME }, spec: { sourceType: 'grpc' } },
    { connectionState: { lastObservedState: state, address: '' } },
  );
async function group(namespace: string, targets: readonly string[]) {
  await createNamespace(namespace);
  await withStatus(
    {
      apiVersion: 'operators.coreos.com/v1',
      kind: 'OperatorGroup',
      metadata: { name: `${namespace}-group`, namespace },
      spec: targets.includes('') ? {} : { targetNamespaces: [...targets] },
    },
    { namespaces: [...targets], lastUpdated: now },
  );
}

beforeAll(async () => {
  await group(HOME, ['']);
  await catalog('catalog', 'READY');
});

const look = (operators: readonly string[], as: Checker = admin, namespace = NS) =>
  checkIn(namespace)({ operators }, as);
const ask = async (...operators: string[]) => said(await look(operators));

describe('OLM v0', () => {
  test("a CSV's phase and reason", async () => {
    for (const [phase, reason] of [
      ['Pending', 'RequirementsNotMet'],
      ['InstallReady', 'AllRequirementsMet'],
      ['Installing', 'InstallWaiting'],
      ['Failed', 'InstallCheckFailed'],
      ['Replacing', 'BeingReplaced'],
      ['Succeeded', 'InstallSucceeded'],
    ]) {
      const name = `op-${phase?.toLowerCase()}`;
      await withStatus(csv(`${name}.v1.0.0`), { phase, reason, message: `it is ${reason}` });
      await withStatus(subscription(name), {
        state: 'AtLatestKnown',
        installedCSV: `${name}.v1.0.0`,
        lastUpdated: now,
      });
    }
    const answered = answers(
      await look(['op-pending', 'op-installready', 'op-installing', 'op-failed', 'op-replacing', 'op-succeeded']),
    );
    expect(Object.values(answered).map((a) => `${a.name} ${a.status} ${a.reason}`)).toEqual([
      'op-pending FAIL CsvPending',
      'op-installready FAIL CsvInstallReady',
      'op-installing FAIL CsvInstalling',
      'op-failed FAIL CsvFailed',
      'op-replacing FAIL CsvReplacing',
      'op-succeeded PASS Ready',
    ]);
    expect(answered['op-pending']?.error).toContain('RequirementsNotMet');
    expect(answered['op-failed']?.error).toContain('it is InstallCheckFailed');
  });

  test('a Subscription that gets no further says what it waits for', async () => {
    await create(installPlan('waiting', { approval: 'Manual', approved: false }));
    await withStatus(subscription('op-waiting'), {
      state: 'UpgradePending',
      installPlanRef: { apiVersion: ALPHA, kind: 'InstallPlan', name: 'waiting', namespace: HOME },
      currentCSV: 'op-waiting.v1.0.0',
      lastUpdated: now,
    });
    await withStatus(installPlan('broken', { approval: 'Automatic', approved: true }), {
      phase: 'Failed',
      catalogSources: [],
      conditions: [condition('Installed', 'False', 'InstallComponentFailed', 'a CRD has objects that do not fit')],
    });
    await withStatus(subscription('op-broken'), {
      state: 'UpgradePending',
      installPlanRef: { apiVersion: ALPHA, kind: 'InstallPlan', name: 'broken', namespace: HOME },
      lastUpdated: now,
    });
    await withStatus(subscription('op-unresolved'), {
      conditions: [
        condition('ResolutionFailed', 'True', 'ConstraintsNotSatisfiable', 'no operators found in channel stable'),
      ],
      lastUpdated: now,
    });
    await withStatus(subscription('op-unpacked'), {
      conditions: [condition('BundleUnpackFailed', 'True', 'JobFailed', 'the bundle image can not be pulled')],
      lastUpdated: now,
    });
    await catalog('down', 'TRANSIENT_FAILURE');
    await withStatus(subscription('op-offline', HOME, 'down'), {
      conditions: [
        condition('ResolutionFailed', 'True', 'ErrorPreventedResolution', 'no registry client'),
        condition(
          'CatalogSourcesUnhealthy',
          'True',
          'UnhealthyCatalogSourceFound',
          'targeted catalogsource is unhealthy',
        ),
      ],
      lastUpdated: now,
    });
    await create(subscription('op-nowhere', HOME, 'not-there'));
    await create(subscription('op-new'));
    const answered = answers(
      await look(['op-waiting', 'op-broken', 'op-unresolved', 'op-unpacked', 'op-offline', 'op-nowhere', 'op-new']),
    );
    expect(Object.values(answered).map((a) => `${a.name} ${a.status} ${a.reason}`)).toEqual([
      'op-waiting FAIL InstallPlanNotApproved',
      'op-broken FAIL InstallPlanFailed',
      'op-unresolved FAIL ResolutionFailed',
      'op-unpacked FAIL BundleUnpackFailed',
      'op-offline FAIL CatalogNotReady',
      'op-nowhere FAIL CatalogNotReady',
      'op-new FAIL BlockedBySibling',
    ]);
    expect(answered['op-waiting']?.suggestion).toContain(`a person approves the InstallPlan ${HOME}/waiting`);
    expect(answered['op-broken']?.error).toContain('a CRD has objects');
    expect(answered['op-unresolved']?.error).toContain('no operators found in channel stable');
    expect(answered['op-offline']?.error).toContain('TRANSIENT_FAILURE');
    expect(answered['op-nowhere']?.error).toContain(`${HOME}/not-there is not there`);
  });

  test('an upgrade that waits for approval leaves the installed version at work', async () => {
    await withStatus(csv('op-old.v1.0.0'), { phase: 'Succeeded', reason: 'InstallSucceeded' });
    await create(installPlan('next', { approval: 'Manual', approved: false }));
    await withStatus(subscription('op-old'), {
      state: 'UpgradePending',
      installedCSV: 'op-old.v1.0.0',
      currentCSV: 'op-old.v2.0.0',
      installPlanRef: { apiVersion: ALPHA, kind: 'InstallPlan', name: 'next', namespace: HOME },
      lastUpdated: now,
    });
    expect(await ask('op-old')).toEqual({ 'op-old': 'PASS Ready' });
  });

  test('its OperatorGroup must cover the namespace; its own namespace is covered only when it is a target', async () => {
    await group('narrow', ['elsewhere']);
    await withStatus(csv('narrow-op.v1.0.0', 'narrow'), { phase: 'Succeeded', reason: 'InstallSucceeded' });
    for (const namespace of [NS, 'narrow']) {
      const { 'narrow-op': one } = answers(await look(['narrow-op'], admin, namespace));
      expect(one, namespace).toMatchObject({
        status: 'FAIL',
        reason: 'NamespaceNotCovered',
        error: expect.stringContaining(`narrow/narrow-group covers elsewhere, not ${namespace}`),
      });
    }
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
    expect(said(await look(['narrow-op'], admin, 'elsewhere'))).toEqual({ 'narrow-op': 'PASS Ready' });
  });

  test('it is found by the group of its CRDs and by the name that people read', async () => {
    const owned = [{ name: 'things.shop.example.com', kind: 'Thing', version: 'v1' }];
    await withStatus(
      csv('shop-thing.v3.1.0', HOME, {
        spec: { displayName: 'Thing Keeper', customresourcedefinitions: { owned } },
      }),
      { phase: 'Succeeded', reason: 'InstallSucceeded' },
    );
    expect(await ask('shop.example.com', 'Thing Keeper', 'shop-thing', 'shop-thing.v3.1.0')).toEqual({
      'shop.example.com': 'PASS Ready',
      'Thing Keeper': 'PASS Ready',
      'shop-thing': 'PASS Ready',
      'shop-thing.v3.1.0': 'PASS Ready',
    });
  });

  test('who may look into one namespace only sees an operator by the copy of its CSV, and no more than that', async () => {
    await withStatus(csv('copied-op.v1.0.0', NS, { labels: { 'olm.copiedFrom': HOME } }), {
      phase: 'Succeeded',
      reason: 'Copied',
    });
    await create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'see-olm', namespace: NS },
      rules: [{ apiGroups: ['operators.coreos.com'], resources: ['*'], verbs: ['get', 'list'] }],
    });
    await create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'see-olm', namespace: NS },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'see-olm' },
      subjects: [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    await create(subscription('seen-op', NS));
    const viewer = checker(sandbox, 'viewer');
    const answered = answers(await look(['copied-op', 'op-succeeded', 'seen-op'], viewer));
    await viewer.close();
    expect(answered['copied-op']).toMatchObject({ status: 'PASS', reason: 'Ready' });
    expect(answered['op-succeeded']).toMatchObject({
      status: 'UNKNOWN',
      reason: 'PermissionMissing',
      error: expect.stringContaining('subscriptions'),
    });
    // Its catalog is in a namespace that this identity can't see: that is not to say that it isn't there.
    expect(answered['seen-op']).toMatchObject({ status: 'FAIL', reason: 'NotInstalledYet' });
  });
});

describe('OLM v1', () => {
  const extension = (name: string, packageName = name): KubeObject => ({
    apiVersion: 'olm.operatorframework.io/v1',
    kind: 'ClusterExtension',
    metadata: { name },
    spec: {
      namespace: HOME,
      serviceAccount: { name: 'installer' },
      source: { sourceType: 'Catalog', catalog: { packageName } },
    },
  });
  const installed = (name: string) => ({ bundle: { name: `${name}.v1.0.0`, version: '1.0.0' } });

  test('the conditions of a ClusterExtension, found by its name or its package', async () => {
    await withStatus(extension('ext-ready', 'argocd-operator'), {
      install: installed('argocd-operator'),
      conditions: [
        condition('Installed', 'True', 'Succeeded', 'Installed bundle argocd-operator.v1.0.0 successfully'),
        condition('Progressing', 'True', 'Succeeded', 'desired state reached'),
      ],
    });
    await withStatus(extension('ext-missing'), {
      conditions: [
        condition('Installed', 'False', 'Failed', 'No bundle installed'),
        condition('Progressing', 'True', 'Retrying', 'no bundles found for package "ext-missing"'),
      ],
    });
    await withStatus(extension('ext-blocked'), {
      conditions: [
        condition('Installed', 'False', 'Failed', 'No bundle installed'),
        condition('Progressing', 'False', 'Blocked', 'the service account may not create clusterroles'),
      ],
    });
    await create(extension('ext-new'));
    const answered = answers(await look(['ext-ready', 'argocd-operator', 'ext-missing', 'ext-blocked', 'ext-new']));
    expect(Object.values(answered).map((a) => `${a.name} ${a.status} ${a.reason}`)).toEqual([
      'ext-ready PASS Ready',
      'argocd-operator PASS Ready',
      'ext-missing FAIL Retrying',
      'ext-blocked FAIL Blocked',
      'ext-new FAIL NotInstalledYet',
    ]);
    expect(answered['ext-missing']?.error).toContain('no bundles found');
  });

  test('what it installed must be at work, too: OLM v1 says only that the objects are there', async () => {
    await withStatus(extension('ext-idle'), {
      install: installed('ext-idle'),
      conditions: [condition('Installed', 'True', 'Succeeded', 'Installed bundle ext-idle.v1.0.0 successfully')],
    });
    await create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ext-idle-controller-manager', namespace: HOME },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'ext-idle' } },
        template: {
          metadata: { labels: { app: 'ext-idle' } },
          spec: { containers: [{ name: 'manager', image: 'example.com/ext-idle:1' }] },
        },
      },
    });
    const { 'ext-idle': one } = answers(await look(['ext-idle']));
    expect(one).toMatchObject({ status: 'FAIL', reason: 'DeploymentNotAvailable' });
    expect(one?.error).toContain('scaled to 0');
  });
});

test("OpenShift's ClusterOperators: available and not degraded; progressing is normal", async () => {
  const operator = (name: string, conditions: readonly (readonly [string, 'True' | 'False', string])[]) =>
    withStatus(
      { apiVersion: 'config.openshift.io/v1', kind: 'ClusterOperator', metadata: { name }, spec: {} },
      { conditions: conditions.map(([type, status, message]) => condition(type, status, 'AsExpected', message)) },
    );
  await operator('dns', [
    ['Available', 'True', ''],
    ['Progressing', 'True', 'rolling out'],
    ['Degraded', 'False', ''],
  ]);
  await operator('ingress', [
    ['Available', 'True', ''],
    ['Degraded', 'True', 'the router has no address'],
  ]);
  await operator('console', [
    ['Available', 'False', 'no route'],
    ['Degraded', 'True', 'no route'],
  ]);
  await create({
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterOperator',
    metadata: { name: 'storage' },
    spec: {},
  });
  const answered = answers(await look(['dns', 'ingress', 'console', 'storage']));
  expect(Object.values(answered).map((a) => `${a.name} ${a.status} ${a.reason}`)).toEqual([
    'dns PASS Ready',
    'ingress FAIL Degraded',
    'console FAIL NotAvailable',
    'storage FAIL NotAvailable',
  ]);
  expect(answered.dns?.evidence).toMatchObject({ found: expect.stringContaining('rolling out') });
  expect(answered.ingress?.error).toContain('the router has no address');
});

test("a webhook's CA bundle must fit the certificate that its Service answers with", async () => {
  // The Service and the certificate are the API server's own: the one pair here whose name fits. Its endpoints and the
  // Secret that a controller would serve from are written by the test.
  const certificate = (file: string) => readFileSync(join(sandbox.dir, 'certificates', file), 'utf8');
  const configuration = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' };
  const webhook = (caBundle: string) => ({
    ...configuration,
    metadata: { name: 'hooky' },
    webhooks: [
      {
        name: 'hooky.example.com',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { name: 'kubernetes', namespace: 'default' },
          ...(caBundle !== '' && { caBundle: Buffer.from(caBundle).toString('base64') }),
        },
        rules: [{ apiGroups: ['hooky.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['*'] }],
      },
    ],
  });
  const labels = { app: 'hooky' };
  await create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'hooky', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'manager', image: 'example.com/hooky:1' }] } },
    },
  });
  await expect.poll(() => ask('hooky'), { timeout: 60_000, interval: 500 }).toEqual({ hooky: 'PASS Ready' });

  const because = async (caBundle: string) => {
    const { webhooks } = webhook(caBundle);
    value(await writer.patch({ ...configuration, name: 'hooky' }, { webhooks }, 'merge'));
    const { hooky } = answers(await look(['hooky']));
    return `${hooky?.status} ${hooky?.reason}: ${hooky?.error ?? ''}`;
  };
  const good = certificate('authority.crt');
  await create(webhook(good));
  expect(await because(good)).toContain('FAIL WebhookNoEndpoints');
  await create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'hooky', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.9'], conditions: { ready: true } }],
    ports: [{ port: 443 }],
  });
  await create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'hooky-tls', namespace: 'default' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate('apiserver.crt'), 'tls.key': 'not used' },
  });
  expect(await because(good)).toContain('PASS Ready');
  expect(await because('')).toContain(
    "FAIL WebhookCaMismatch: the webhook hooky.example.com can't be called: its caBundle is empty",
  );
  const fixture = (file: string) => readFileSync(join('src/images/fixtures', file), 'utf8');
  expect(await because(fixture('ca.pem'))).toContain('did not sign the certificate that default/kubernetes serves');
  expect(await because(fixture('expired.pem'))).toContain('its caBundle expired');
  expect(await because('not a certificate')).toContain('its caBundle holds no certificate');
});

describe('what the catalogs offer', () => {
  let packages: Aggregated;
  const offered = (name: string, channels: readonly string[], owned: readonly string[] = []): KubeObject => ({
    apiVersion: 'packages.operators.coreos.com/v1',
    kind: 'PackageManifest',
    metadata: { name, namespace: NS, labels: { catalog: 'catalog', 'catalog-namespace': HOME } },
    spec: {},
    status: {
      catalogSource: 'catalog',
      catalogSourceDisplayName: 'Catalog',
      catalogSourceNamespace: HOME,
      catalogSourcePublisher: 'us',
      packageName: name,
      defaultChannel: channels[0],
      provider: {},
      channels: channels.map((channel) => ({
        name: channel,
        currentCSV: `${name}.v1.0.0`,
        currentCSVDesc: {
          displayName: name,
          version: '1.0.0',
          installModes: [{ type: 'AllNamespaces', supported: true }],
          customresourcedefinitions: { owned: owned.map((crd) => ({ name: crd, kind: 'Thing', version: 'v1' })) },
        },
      })),
    },
  });
  const provided = async (name: string) => {
    const mine = checker(sandbox);
    await mine.call('start-deployment', { component: name, namespace: NS });
    await mine.call('record-research', {
      findings: 'An operator that the plan installs in its first phase, from the catalog of the cluster.',
      no_outside_sources: 'written from our own conventions',
      operators: [{ name, provided_by: 'plan' }],
    });
    const answered = answers(await mine.call('cluster-reality-check', {}))[name];
    const whole = await mine.call('deployment-status', { show: 'evidence', id: name });
    await mine.close();
    return { ...answered, evidence: whole.text };
  };
  const API = 'packages.operators.coreos.com/v1/PackageManifest';
  const served = async () =>
    said(await admin.call('cluster-reality-check', { deployment: 'none', namespace: NS, assumed_apis: [API] }))[API];

  beforeAll(async () => {
    packages = await aggregated(sandbox, writer, {
      group: 'packages.operators.coreos.com',
      version: 'v1',
      namespace: HOME,
      resources: [
        {
          name: 'packagemanifests',
          kind: 'PackageManifest',
          namespaced: true,
          verbs: ['get', 'list'],
          objects: () => [
            offered('cloudnative-pg', ['stable-v1', 'candidate'], ['clusters.pg.example.com']),
            offered('cloudnative-thing', ['stable']),
          ],
        },
      ],
    });
  });

  test('a package that is offered is told with its catalog and channel, by its name or the group of its CRDs', async () => {
    await expect.poll(served, { timeout: 60_000, interval: 500 }).toBe('PASS Served');
    const answered = answers(await look(['cloudnative-pg', 'pg.example.com', 'cloudnative-pq', 'nothing-like-it']));
    for (const name of ['cloudnative-pg', 'pg.example.com']) {
      expect(answered[name], name).toMatchObject({ status: 'FAIL', reason: 'NotInstalled' });
      expect(answered[name]?.suggestion, name).toContain(
        `the package cloudnative-pg is in the catalog ${HOME}/catalog (default channel stable-v1)`,
      );
    }
    expect(answered['cloudnative-pq']?.suggestion).toContain('the catalogs offer cloudnative-pg');
    expect(answered['nothing-like-it']?.suggestion).not.toContain('catalogs offer');
  });

  test('only names are listed: the packages of a real cluster are many megabytes', async () => {
    const before = packages.requests.length;
    await look(['cloudnative-pg']);
    const asked = packages.requests.slice(before).filter((line) => line.includes('packagemanifests'));
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatch(/\/packagemanifests\/cloudnative-pg$/);
  });

  test('what the plan brings is installable from the catalog', async () => {
    const answered = await provided('cloudnative-pg');
    expect(answered).toMatchObject({ status: 'PASS', reason: 'Installable' });
    expect(answered.evidence).toContain('channels stable-v1, candidate');
    expect(answered.evidence).toContain('create subscriptions.operators.coreos.com in default');
  });

  test('a catalog server that is down is not a catalog without the package', async () => {
    await packages.stop();
    await expect.poll(served, { timeout: 90_000, interval: 1000 }).toBe('UNKNOWN ApiServiceUnavailable');
    expect(await ask('cloudnative-pg')).toEqual({ 'cloudnative-pg': 'FAIL NotInstalled' });
    expect(await provided('cloudnative-thing')).toMatchObject({ status: 'UNKNOWN', reason: 'CatalogNotSeen' });
  });
});

describe('whose SecurityContextConstraints', () => {
  let openshift: Aggregated;
  const reviewed: KubeObject[] = [];
  const root = { securityContext: { runAsUser: 0 } };
  const deployment = (name: string, container: object, serviceAccountName?: string) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            ...(serviceAccountName && { serviceAccountName }),
            containers: [{ name, image: 'example.com/x:1', ...container }],
          },
        },
      },
    });

  /** OpenShift's rule for these two SCCs: restricted-v2 for everyone, anyuid for the one account that was granted it. */
  function review(posted: KubeObject): KubeObject {
    reviewed.push(posted);
    const spec = Object(posted.spec);
    const asRoot = spec.template.spec.containers.some(
      (c: { securityContext?: { runAsUser?: number } }) => c.securityContext?.runAsUser === 0,
    );
    const by = !asRoot ? 'restricted-v2' : spec.user === `system:serviceaccount:${NS}:granted` ? 'anyuid' : undefined;
    const status =
      by === undefined
        ? { reason: 'CantAssignSecurityContextConstraintProvider' }
        : {
            allowedBy: { apiVersion: 'security.openshift.io/v1', kind: 'SecurityContextConstraints', name: by },
            template: spec.template,
          };
    return { ...posted, status };
  }

  test('where the review is missing, its absence is said', async () => {
    const answered = answers(
      await admin.call('cluster-reality-check', {
        deployment: 'none',
        namespace: NS,
        configuration_requirements: ['anyuid', 'runs as non-root'],
        manifests: deployment('web', {}),
      }),
    );
    expect(answered.anyuid).toMatchObject({ status: 'UNKNOWN', reason: 'NotJudged' });
    expect(answered.anyuid?.error).toContain('PodSecurityPolicySubjectReview is not');
    expect(answered['Deployment/web']).toMatchObject({ status: 'PASS' });
    // What asks for nothing that every account has is no question for anyone.
    expect(answered['Deployment/web']?.evidence.found).not.toContain('not judged');
    const root = await admin.call('cluster-reality-check', {
      deployment: 'none',
      namespace: NS,
      manifests: deployment('root', { securityContext: { runAsUser: 0 } }),
    });
    expect(answers(root)['Deployment/root']).toMatchObject({ status: 'UNKNOWN', reason: 'NotJudged' });
    expect(answers(root)['Deployment/root']?.error).toContain('(runAsUser: 0) was not judged');
  });

  test("an admin's own SCCs do not speak for the Deployment's service account", async () => {
    // OpenShift's API server serves the group; the CRD of the sandbox makes way for it.
    await writer.delete({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'securitycontextconstraints.security.openshift.io',
    });
    openshift = await aggregated(sandbox, writer, {
      group: 'security.openshift.io',
      version: 'v1',
      namespace: HOME,
      resources: [
        {
          name: 'securitycontextconstraints',
          kind: 'SecurityContextConstraints',
          namespaced: false,
          verbs: ['get', 'list'],
          objects: () => [],
        },
        {
          name: 'podsecuritypolicysubjectreviews',
          kind: 'PodSecurityPolicySubjectReview',
          namespaced: true,
          verbs: ['create'],
          review,
        },
      ],
    });
    const input = {
      deployment: 'none',
      namespace: NS,
      configuration_requirements: ['anyuid', 'anyuid for granted', 'runs as non-root'],
      manifests: [deployment('plain', {}), deployment('root', root), deployment('allowed', root, 'granted')].join(
        '\n---\n',
      ),
    };
    await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'granted', namespace: NS } });
    await expect
      .poll(async () => said(await admin.call('cluster-reality-check', input)), { timeout: 60_000, interval: 500 })
      .toEqual({
        anyuid: 'FAIL NoSccAllowsIt',
        'anyuid for granted': 'PASS SccAllowsIt',
        'runs as non-root': 'PASS SccAllowsIt',
        'Deployment/plain': 'PASS Accepted',
        'Deployment/root': 'FAIL NoSccAllowsIt',
        'Deployment/allowed': 'PASS Accepted',
      });
    expect(reviewed.map((one) => Object(one.spec).user)).toContain(`system:serviceaccount:${NS}:default`);
    expect(reviewed.map((one) => Object(one.spec).groups)).toContainEqual([
      'system:authenticated',
      'system:serviceaccounts',
      `system:serviceaccounts:${NS}`,
    ]);
  });

  test('who may not ask for the review learns that, and nothing is taken for granted', async () => {
    const editor = checker(sandbox, 'editor');
    const answered = answers(
      await editor.call('cluster-reality-check', {
        deployment: 'none',
        namespace: NS,
        configuration_requirements: ['anyuid'],
        manifests: deployment('root', root),
      }),
    );
    await editor.close();
    await openshift.end();
    expect(answered.anyuid).toMatchObject({ status: 'UNKNOWN', reason: 'PermissionMissing' });
    expect(answered.anyuid?.error).toContain('podsecuritypolicysubjectreviews');
    expect(answered['Deployment/root']).toMatchObject({ status: 'UNKNOWN' });
  });
});

test('none of it changed anything', () => {
  for (const user of ['viewer', 'editor'])
    expect(writes(audited(sandbox, user)).map((line) => `${line.verb} ${line.requestURI}`)).toEqual([]);
});
