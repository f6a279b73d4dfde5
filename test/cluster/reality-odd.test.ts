import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/cluster/index.ts';
import { pushImage } from '../../src/sandbox/sandbox.ts';
import { reach, value } from './io/sandbox.ts';
import { answers, checker, said } from './support/checks.ts';
import { admin, checkIn, create, createNamespace, sandbox, setUpReality, writer } from './support/reality.ts';

/** What people and agents really write, and what a real API server and registry say to it. */
setUpReality('odd', ['openshift', 'cert-manager', 'cnpg']);
const NS = 'odd';
beforeAll(() => createNamespace(NS));

const check = checkIn(NS);
const refusedFor = async (input: Record<string, unknown>) => {
  const { refusal } = (await check(input)).structured;
  return typeof refusal === 'object' && refusal !== null && 'message' in refusal
    ? String(refusal.message)
    : 'no refusal';
};
/** `STATUS Reason` of one manifest or of the whole set, by name. */
const took = async (manifests: string) => said(await check({ manifests }));

describe('APIs', () => {
  test.each([
    ['core/v1/pods', 'DIVERGE SpellingDiffers'],
    ['v1/pod', 'DIVERGE SpellingDiffers'],
    ['Deployment', 'DIVERGE SpellingDiffers'],
    ['deploy', 'DIVERGE SpellingDiffers'],
    ['PVCs', 'DIVERGE SpellingDiffers'],
    ['certificates.v1.cert-manager.io', 'DIVERGE SpellingDiffers'],
    ['/v1/Pod', 'PASS Served'],
    ['core/Pod', 'PASS VersionsServed'],
    ['v2/Pod', 'DIVERGE OtherVersionServed'],
    ['v1/Foo', 'FAIL KindNotServed'],
    ['v1/Ingress', 'DIVERGE OtherGroupServed'],
    ['apps/v1/Pod', 'DIVERGE OtherGroupServed'],
    ['extensions/v1beta1/Ingress', 'DIVERGE RemovedApi'],
    ['extensions/v1beta1/Deployment:spec.replicas', 'DIVERGE RemovedApi'],
    ['policy/v1beta1/PodSecurityPolicy', 'FAIL RemovedApi'],
    ['v1/Endpoints', 'PASS ServedDeprecated'],
    ['apps/v1/Deployment:spec.template.spec.containers[0].image', 'PASS FieldKnown'],
    ['v1/Pod:spec.containers.0.image', 'PASS FieldKnown'],
    ['v1/Pod:spec.containers.resources.limits.cpu', 'PASS FieldKnown'],
    ['v1/Pod:spec.containers.resources.limits.cpu.cores', 'FAIL FieldUnknown'],
    ['apps/v1/Deployment:spec.replicas.min', 'FAIL FieldUnknown'],
    ['cert-manager.io/v1/Certificate:spec.secretname', 'FAIL FieldUnknown'],
    ['certmanager.k8s.io/v1alpha1/Certificate', 'FAIL GroupNotServed'],
  ])('%s: %s', async (written, expected) => {
    expect(said(await check({ assumed_apis: [written] }))).toEqual({ [written]: expected });
  });

  test('what is there instead comes with the answer', async () => {
    const answered = answers(
      await check({
        assumed_apis: [
          'v1/Ingress',
          'certmanager.k8s.io/v1alpha1/Certificate',
          'v1/Pod:spec.containers.resources.limits.cpu',
          'v1/Endpoints',
        ],
      }),
    );
    expect(answered['v1/Ingress']?.suggestion).toContain('networking.k8s.io/v1/Ingress');
    expect(answered['certmanager.k8s.io/v1alpha1/Certificate']?.suggestion).toMatch(
      /^cert-manager\.io\/v1\/Certificate, if/,
    );
    expect(answered['v1/Pod:spec.containers.resources.limits.cpu']?.evidence.found).toContain('string or number');
    expect(answered['v1/Endpoints']?.evidence.found).toContain(
      'deprecated since Kubernetes 1.33; use discovery.k8s.io/v1/EndpointSlice',
    );
  });

  test.each(['v1', 'apps/v1', '', '   ', 'apps/v1/', 'a b c', 'x'.repeat(5000), 'déploiement', 'apps/v1/Deployment:'])(
    'half a name is a wrong argument, named: %#',
    async (written) => {
      const message = await refusedFor({ assumed_apis: ['v1/Pod', written] });
      expect(message).toContain('assumed_apis[1]');
      expect(message.length).toBeLessThan(400);
    },
  );
});

describe('images', () => {
  test.each([
    ['', 'it is empty'],
    ['Redis', 'lower case'],
    ['docker://redis', 'leave out "docker://"'],
    ['redis:', 'the tag'],
    ['redis@sha256:abc', 'is not a digest'],
    [`redis@sha256:${'A'.repeat(64)}`, 'lower-case hex'],
    ['127.0.0.1:99999/x', 'no such port'],
    ['réd/is', 'may hold only'],
    ['redis:7-ü', 'the tag'],
    ['a'.repeat(5000), 'longer than 255'],
    ['$' + '{IMAGE}', 'a placeholder'],
    ['a:b:c', 'may hold only'],
  ])('%# %s is a wrong argument, and why', async (written, why) => {
    const message = await refusedFor({ planned_images: [written] });
    expect(message).toContain(why);
    expect(message.length).toBeLessThan(400);
  });

  test('a suggested Pod is YAML, whatever the reference looks like', async () => {
    const image = '[::1]:1/x:1';
    const spec = answers(await check({ planned_images: [image] }))[image]?.minimal_spec ?? '';
    expect(parse(spec).spec.containers[0].image).toBe(image);
  });

  test('a tag beside a digest is the digest', async () => {
    await pushImage(sandbox.registry ?? '', 'odd/app:1', {});
    const digest = `sha256:${'0'.repeat(64)}`;
    const image = `${sandbox.registry}/odd/app:1@${digest}`;
    const answered = answers(await check({ planned_images: [image] }))[image];
    expect(answered).toMatchObject({ status: 'FAIL', reason: 'NotFound' });
    expect(answered?.error).toContain(digest);
  });

  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && !one.internal && one.family === 'IPv4')?.address;
  test.skipIf(own === undefined)(
    "a registry on this machine's loopback says nothing about a node that is another machine (needs an address that is not loopback)",
    async () => {
      const line = createServer((near) => {
        const far = dial(Number(new URL(sandbox.server).port), '127.0.0.1');
        near.pipe(far).pipe(near);
        near.on('error', () => far.destroy());
        far.on('error', () => near.destroy());
      });
      await new Promise<void>((done) => line.listen(0, '0.0.0.0', done));
      const elsewhere = checker(sandbox);
      const path = join(elsewhere.folder, 'kubeconfig');
      const config = JSON.parse(readFileSync(path, 'utf8'));
      for (const { cluster } of config.clusters) {
        cluster.server = `https://${own}:${(line.address() as AddressInfo).port}`;
        cluster['tls-server-name'] = '127.0.0.1';
      }
      writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
      const image = `${sandbox.registry}/odd/app:1`;
      await pushImage(sandbox.registry ?? '', 'odd/app:1', {});
      const here = said(await check({ planned_images: [image] }));
      const there = answers(await check({ planned_images: [image] }, elsewhere));
      await elsewhere.close();
      line.close();
      expect(here).toEqual({ [image]: 'PASS Pullable' });
      expect(there[image]).toMatchObject({
        status: 'UNKNOWN',
        reason: 'LoopbackRegistry',
        minimal_spec: expect.stringContaining(image),
      });
    },
  );
});

describe('sentences', () => {
  beforeAll(async () => {
    const quota = (name: string, spec: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name, namespace: NS },
      spec,
    });
    await create(quota('few-best-effort', { hard: { pods: '3' }, scopes: ['BestEffort'] }));
    await create(
      quota('all', {
        hard: {
          'requests.cpu': '4',
          'requests.memory': '8Gi',
          pods: '20',
          'requests.storage': '20Gi',
          persistentvolumeclaims: '9',
        },
      }),
    );
  });

  test('a quota that counts only some Pods is left out of the sum', async () => {
    const sentence = '3 CPU, 2Gi and 10 pods free in quota';
    await expect
      .poll(async () => said(await check({ configuration_requirements: [sentence] })))
      .toEqual({ [sentence]: 'PASS QuotaFits' });
  });

  test.each([
    ['5 CPU free in quota', 'FAIL QuotaTooSmall'],
    ['20 pods free in quota', 'PASS QuotaFits'],
    ['500m cpu, 1Gi memory and 10Gi storage free in quota', 'PASS QuotaFits'],
    ['5 pvcs free in quota', 'PASS QuotaFits'],
    ['can delete pods in kube-system', 'PASS Allowed'],
    ['can delete pods in namespace kube-system', 'PASS Allowed'],
    ['can create PVCs', 'PASS Allowed'],
    ['can create deployments/scale', 'PASS Allowed'],
    ['can create foo', 'FAIL ResourceNotServed'],
    ['OpenShift', 'PASS IsOpenShift'],
    ['OpenShift 4.14.x', 'PASS VersionFits'],
    ['OpenShift 4.13.x', 'FAIL VersionDiffers'],
    ['Kubernetes >= 1.27', 'PASS VersionFits'],
    ['IngressClass', 'PASS Served'],
    ['LimitRange', 'PASS Served'],
    ['ResourceQuota exists', 'UNKNOWN NotRecognised'],
    ['namespace exists-not', 'FAIL ObjectMissing'],
    ['anyuid for nobody', 'FAIL ServiceAccountMissing'],
    ['PVC of 10Gi', 'FAIL NoDefaultStorageClass'],
    ['PVC of 30Gi', 'FAIL ClaimRefused'],
    ['RWX volumes', 'FAIL NoSharedStorage'],
    ['StorageClass ../../x', 'UNKNOWN NotRecognised'],
    ['é', 'UNKNOWN NotRecognised'],
  ])('%s: %s', async (sentence, expected) => {
    expect(said(await check({ configuration_requirements: [sentence] }))).toEqual({ [sentence]: expected });
  });

  test('a sentence that is not understood is told what is like it, and once what else there is', async () => {
    const performed = await check({ configuration_requirements: ['3 CPU and 2Gi free', 'the moon is full'] });
    expect(answers(performed)['3 CPU and 2Gi free']?.suggestion).toMatch(
      /^say it as one of: 2 CPU and 4Gi free in quota; node with/,
    );
    expect(performed.structured.forms).toContain('default StorageClass');
    expect(performed.text.match(/LoadBalancer services/g)).toHaveLength(1);
    expect((await check({ configuration_requirements: ['OpenShift'] })).structured.forms).toBeUndefined();
  });

  test('what was counted in a quota goes on record', async () => {
    const mine = checker(sandbox);
    await mine.call('start-deployment', { component: 'counted', namespace: NS });
    const sentence = '2 CPU and 4Gi free in quota';
    const performed = await mine.call('cluster-reality-check', { configuration_requirements: [sentence] });
    expect(said(performed)).toEqual({ [sentence]: 'PASS QuotaFits' });
    const { text } = await mine.call('deployment-status', { show: 'evidence', id: sentence });
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({
      verdict: { reason: 'QuotaFits' },
      evidence: {
        rows: expect.arrayContaining([
          { quota: 'ResourceQuota all', name: 'requests.cpu', hard: '4', used: '0', free: '4' },
        ]),
      },
    });
    await mine.close();
  });
});

test.each([
  ['operators', ''],
  ['operators', 'é'],
  ['operators', 'a'.repeat(5000)],
  ['configuration_requirements', '   '],
  ['configuration_requirements', 'a'.repeat(5000)],
])('%s: %#, no name and no sentence, is a wrong argument in few words', async (list, written) => {
  const message = await refusedFor({ [list]: [written] });
  expect(message).toContain(`${list}[0]`);
  expect(message.length).toBeLessThan(400);
});

describe('manifests', () => {
  const config = (name: string, rest = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}`;
  const requests = ', resources: {requests: {cpu: 10m, memory: 16Mi}}';
  const workload = (kind: string, name: string, { replicas = '1', pod = '', resources = requests } = {}) =>
    `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n  ${kind === 'DaemonSet' ? '' : `replicas: ${replicas}`}\n` +
    `  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      ${pod}\n` +
    `      containers: [{name: c, image: busybox${resources}}]\n`;
  const deployment = (name: string, more = {}) => workload('Deployment', name, more);
  const withoutQuota = async (manifests: string) => {
    const { 'quota of the set': _, ...rest } = await took(manifests);
    return rest;
  };

  test.each([
    ['Windows line ends', config('crlf').replaceAll('\n', '\r\n'), { 'ConfigMap/crlf': 'PASS Accepted' }],
    ['a byte order mark', `\ufeff${config('bom')}`, { 'ConfigMap/bom': 'PASS Accepted' }],
    ['empty documents', `---\n# nothing\n---\n${config('some')}---\n`, { 'ConfigMap/some': 'PASS Accepted' }],
    ['JSON', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"js"}}', { 'ConfigMap/js': 'PASS Accepted' }],
    [
      'a List',
      `apiVersion: v1\nkind: List\nitems:\n- ${config('one').trim().replaceAll('\n', '\n  ')}\n`,
      { 'ConfigMap/one': 'PASS Accepted' },
    ],
    [
      "a list of a kind, whose items don't say theirs",
      'apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: two}\n',
      { 'ConfigMap/two': 'PASS Accepted' },
    ],
    [
      'anchors and merge keys',
      config('merged', 'data:\n  <<: &more {x: "1"}\n  y2: "2"\n'),
      { 'ConfigMap/merged': 'PASS Accepted' },
    ],
    [
      'an octal mode and a yes, which kubectl reads as YAML 1.1',
      deployment('modes', {
        pod: 'automountServiceAccountToken: yes\n      volumes: [{name: v, configMap: {name: kube-root-ca.crt, defaultMode: 0644}}]',
      }),
      { 'Deployment/modes': 'PASS Accepted' },
    ],
    ['a value of the wrong type', deployment('typed', { replicas: 'three' }), { 'Deployment/typed': 'FAIL WrongType' }],
    ['a field that is not there', config('typo', 'dta: {}\n'), { 'ConfigMap/typo': 'FAIL UnknownField' }],
    ['a name in upper case', config('Upper_Case'), { 'ConfigMap/Upper_Case': 'FAIL Invalid' }],
    [
      'a removed API',
      'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: old}\n',
      { 'Ingress/old': 'FAIL NoKindMatch' },
    ],
    [
      'a kind in lower case',
      config('lower').replace('ConfigMap', 'configmap'),
      { 'configmap/lower': 'FAIL NoKindMatch' },
    ],
    ['generateName', config('x').replace('name: x', 'generateName: made-'), { 'ConfigMap/made-*': 'PASS Accepted' }],
    ['a namespace that is not there', config('x, namespace: nowhere'), { 'ConfigMap/x': 'FAIL NotFound' }],
    [
      'a service account that is not there',
      deployment('alone', { pod: 'serviceAccountName: missing' }),
      { 'Deployment/alone': 'FAIL PodServiceAccountMissing' },
    ],
    [
      'a service account that the set brings',
      `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: fresh}\n---\n${deployment('with', { pod: 'serviceAccountName: fresh' })}`,
      { 'ServiceAccount/fresh': 'PASS Accepted', 'Deployment/with': 'PASS Accepted' },
    ],
    [
      'a priority class that the set brings',
      `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: urgent}\nvalue: 10\n---\n${deployment('soon', { pod: 'priorityClassName: urgent' })}`,
      { 'PriorityClass/urgent': 'PASS Accepted', 'Deployment/soon': 'PASS Accepted' },
    ],
    [
      'a priority class that nobody brings',
      deployment('never', { pod: 'priorityClassName: nobodys' }),
      { 'Deployment/never': 'FAIL PodForbidden' },
    ],
    [
      'no requests where a quota demands them',
      deployment('bare', { resources: '' }),
      { 'Deployment/bare': 'FAIL PodResourcesMissing' },
    ],
    [
      'a custom object in a version that its own set does not define',
      `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.odd.example.com}\nspec:\n  group: odd.example.com\n  scope: Namespaced\n  names: {plural: xs, kind: X}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]\n---\napiVersion: odd.example.com/v2\nkind: X\nmetadata: {name: later}\n---\napiVersion: odd.example.com/v1\nkind: X\nmetadata: {name: now}\n`,
      {
        'CustomResourceDefinition/xs.odd.example.com': 'PASS Accepted',
        'X/later': 'FAIL VersionNotServed',
        'X/now': 'UNKNOWN DefinedInSet',
      },
    ],
  ])('%s', async (_, manifests, expected) => {
    expect(await withoutQuota(manifests)).toEqual(expected);
  });

  test('what is there instead of an API, by its own spelling, and whose target is missing', async () => {
    const answered = answers(
      await check({
        manifests:
          'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: old}\n---\n' +
          'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: gone}}\n',
      }),
    );
    expect(answered['Ingress/old']).toMatchObject({
      suggestion: 'networking.k8s.io/v1/Ingress',
      error: expect.stringContaining('1.22'),
    });
    expect(answered['HorizontalPodAutoscaler/h']?.error).toContain('Deployment gone');
  });

  test.each([
    ['', 'it is empty'],
    ['  \n ', 'it is empty'],
    ['---\n# nothing\n', 'no Kubernetes object'],
    [config('a', 'data: {k: "1", k: "2"}\n'), 'keys must be unique'],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n', 'line 4'],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n', 'this is a template'],
    [config('123'), 'write it in quotes'],
    ['apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n', 'kubectl kustomize'],
    ['/no/such/file.yaml', 'neither YAML nor a file'],
    ['hello: world\n', 'apiVersion is missing'],
    [
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n',
      'alias',
    ],
  ])('%# what can not be read is a wrong argument, and why', async (manifests, why) => {
    expect(await refusedFor({ manifests })).toContain(why);
  });

  test('a name of 5,000 characters is refused in few words', async () => {
    const performed = await check({ manifests: config('a'.repeat(5000)) });
    expect(performed.text).toContain('FAIL ConfigMap/aaa');
    expect(JSON.stringify(performed.structured).length).toBeLessThan(3000);
  });

  test('the sum against quota: replicas, what a LimitRange fills in, and a claim for each', async () => {
    expect(
      (await took(deployment('big', { replicas: '5', resources: ', resources: {requests: {cpu: 1, memory: 16Mi}}' })))[
        'quota of the set'
      ],
    ).toBe('FAIL QuotaExceeded');
    const bare = deployment('filled', { replicas: '5', resources: '' });
    const range: KubeObject = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'defaults', namespace: NS },
      spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '1', memory: '16Mi' } }] },
    };
    await create(range);
    const answered = answers(await check({ manifests: bare }));
    await writer.delete({ apiVersion: 'v1', kind: 'LimitRange', name: 'defaults', namespace: NS });
    expect(answered['Deployment/filled']).toMatchObject({ status: 'PASS' });
    expect(answered['quota of the set']).toMatchObject({ status: 'FAIL', reason: 'QuotaExceeded' });
    expect(answered['quota of the set']?.error).toContain(
      'all leaves 4 of requests.cpu (hard 4, used 0), the set needs 5',
    );
    // What is not judged is said.
    const fits = answers(await check({ manifests: deployment('small') }))['quota of the set'];
    expect(fits?.evidence.found).toContain('few-best-effort');
  });
});

describe('evidence by reference', () => {
  test('by the first digits of its digest, by the item, and clearly not when it is none or several', async () => {
    const mine = checker(sandbox);
    await mine.call('start-deployment', { component: 'short', namespace: NS });
    const performed = await mine.call('cluster-reality-check', {
      assumed_apis: ['v1/Pod'],
      manifests: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\n',
    });
    const { id } = answers(performed)['v1/Pod']?.evidence ?? {};
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    const shown = async (wanted: string) => mine.call('deployment-status', { show: 'evidence', id: wanted });
    const whole = (await shown(String(id))).structured;
    expect(whole).toMatchObject({
      id: expect.stringContaining(String(id)),
      evidence: expect.stringContaining('"reason":"Served"'),
    });
    for (const other of [String(whole.id), String(id).slice(0, 8), `sha256:${id}`, 'api-1', 'v1/Pod', 'api:v1/Pod'])
      expect((await shown(other)).structured.evidence, other).toBe(whole.evidence);
    expect((await shown('ConfigMap/kept')).structured.evidence).toContain('"reason":"Accepted"');
    for (const none of ['ffffffffffff', 'abc', 'ConfigMap/other', '%', 'v1/Pod#x'])
      expect((await shown(none)).structured.refusal, none).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('there is no evidence'),
      });
    // Two bodies that begin alike, found by counting.
    const ledger = await mine.engine.ledger();
    const seen = new Map<string, string>();
    let alike: string | undefined;
    for (let n = 0; alike === undefined; n += 1) {
      const digest = (await ledger.put(`${n}`, 'text/plain')).slice('sha256:'.length);
      if (seen.has(digest.slice(0, 4))) alike = digest.slice(0, 4);
      seen.set(digest.slice(0, 4), digest);
    }
    expect((await shown(alike)).structured.refusal).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(
        new RegExp(`id: ${alike} is the beginning of more than one: sha256:${alike}.*give more digits`),
      ),
    });
    await mine.close();
  });

  test('a large answer on its own keeps what it leaves out, and an item of it is fetched by name', async () => {
    const discovery = value(await (await reach(sandbox.kubeconfig)).reader.discovery());
    const apis = discovery.resources.map((r) => `${r.group === '' ? 'core' : r.group}/${r.version}/${r.kind}`);
    const performed = await check({ assumed_apis: apis });
    const told = answers(performed);
    expect(Object.values(told).filter((one) => one.status === 'PASS').length).toBeGreaterThan(100);
    const { passed, apis: items } = Object(performed.structured);
    expect(passed.apis).toBe('Served');
    expect(items[0]).toEqual({ name: apis[0], status: 'PASS' });
    const reference = /id: "([0-9a-f]{12})#NAME"/.exec(passed.evidence)?.[1];
    const one = await admin.call('deployment-status', { show: 'evidence', id: `${reference}#apps/v1/Deployment` });
    expect(JSON.parse(String(one.structured.evidence))).toMatchObject({
      name: 'apps/v1/Deployment',
      verdict: { reason: 'Served' },
      evidence: { resource: 'deployments' },
    });
    const nothing = await admin.call('deployment-status', { show: 'evidence', id: `${reference}#v1/Nothing` });
    expect(nothing.text).toContain('holds nothing called v1/Nothing');
  });
});
