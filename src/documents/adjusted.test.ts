import { describe, expect, it } from 'vitest';
import { appliesTo } from './adjusted.ts';
import { compare } from './diverge.ts';
import { extract } from './extract/index.ts';
import { factsOf } from './fixture.ts';
import { notAbout } from './settles.ts';

const facts = factsOf({
  kubernetes: 'v1.31.9',
  openshift: '4.18.16',
  storageClasses: [
    { name: 'gp3', default: true, provisioner: 'ebs.csi.aws.com', accessModes: ['ReadWriteOnce'] },
    { name: 'efs', default: false, provisioner: 'efs.csi.aws.com', accessModes: ['ReadWriteMany'] },
  ],
  ingressClasses: ['openshift-default'],
  loadBalancer: 'no',
  nodes: [{ architecture: 'amd64', allocatable: { cpu: '8', memory: '32Gi' } }],
  images: { 'registry.internal/app:1': 'Pullable', 'docker.io/app:1': 'PolicyBlocked' },
});

/** The divergence that a rule finds in a document, adjusted by manifests. */
async function adjusted(rule: string, document: string, manifests: string, left_out: readonly string[] = []) {
  const extracted = await extract([{ name: 'compose.yml', kind: 'yaml', text: document }]);
  const found = compare({ extracted, facts }).find((d) => d.rule === rule);
  if (found === undefined) throw new Error(`${rule} finds nothing in the document`);
  return appliesTo({ rule, subjects: found.upstream.subjects, left_out }, manifests, facts);
}

const workload = (name: string, mounts: string, volumes: string, more = '', image = 'registry.internal/app:1') =>
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: main
          image: ${image}
          volumeMounts: ${mounts}
          ${more}
      volumes: ${volumes}
---
`;
const pvc = (name: string, modes = 'ReadWriteOnce', className = 'gp3') =>
  `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {accessModes: [${modes}], storageClassName: ${className}}\n---\n`;
const service = (name: string, port: number) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{port: ${port}}]}\n---\n`;

const TWO = `services:
  web: {image: "registry.internal/app:1", volumes: ["./site.conf:/etc/nginx/conf.d/site.conf:ro", "./data:/data"]}
  api: {image: "registry.internal/app:1", volumes: ["./tls/key.pem:/etc/tls/key.pem:ro"]}
`;
const WEB = workload(
  'web',
  '[{name: conf, mountPath: /etc/nginx/conf.d}, {name: data, mountPath: /data}]',
  '[{name: conf, configMap: {name: site}}, {name: data, persistentVolumeClaim: {claimName: web-data}}]',
);
const API = workload('api', '[{name: key, mountPath: /etc/tls}]', '[{name: key, secret: {secretName: tls}}]');

describe('every bind mount needs its counterpart', () => {
  it('each is named with what took its place', async () => {
    const verdict = await adjusted('bind-mount', TWO, WEB + API + pvc('web-data'));
    expect(verdict).toMatchObject({ status: 'pass', reason: 'Adjusted' });
    expect(verdict.message).toContain('web /etc/nginx/conf.d/site.conf → ConfigMap site in Deployment/web');
    expect(verdict.message).toContain('api /etc/tls/key.pem → Secret tls in Deployment/api');
  });

  it('one ConfigMap settles one of them, and the rest is listed', async () => {
    const one = workload(
      'web',
      '[{name: conf, mountPath: /etc/nginx/conf.d}]',
      '[{name: conf, configMap: {name: site}}]',
    );
    const verdict = await adjusted('bind-mount', TWO, one);
    expect(verdict).toMatchObject({ status: 'unknown', reason: 'LeftOver' });
    expect(verdict.message).toMatch(/2 of 3 places.*web \/data.*api \/etc\/tls\/key.pem/);
  });

  it.each([
    ['a key in a ConfigMap', API.replace('secret: {secretName: tls}', 'configMap: {name: tls}'), 'it holds a secret'],
    [
      'data in an emptyDir',
      WEB.replace('persistentVolumeClaim: {claimName: web-data}', 'emptyDir: {}'),
      'lost with the Pod',
    ],
    ['a host path', WEB.replace('persistentVolumeClaim: {claimName: web-data}', 'hostPath: {path: /data}'), 'hostPath'],
  ])('%s is no counterpart', async (_, changed, words) => {
    const kept = changed.includes('name: api') ? WEB : API;
    const verdict = await adjusted('bind-mount', TWO, changed + kept);
    expect(verdict.status).not.toBe('pass');
    expect(verdict.message).toContain(words);
  });

  it('a service that is not deployed can be left out, unless it is there', async () => {
    expect(await adjusted('bind-mount', TWO, WEB, ['api'])).toMatchObject({ status: 'pass' });
    expect((await adjusted('bind-mount', TWO, WEB, ['api'])).message).toContain('left out: api');
    expect(await adjusted('bind-mount', TWO, WEB + API, ['api'])).toMatchObject({
      status: 'fail',
      reason: 'NotLeftOut',
    });
  });
});

describe('one volume of two services', () => {
  const SHARED = `services:
  a: {image: "registry.internal/app:1", volumes: ["files:/files"]}
  b: {image: "registry.internal/app:1", volumes: ["files:/files"]}
volumes: {files: {}}
`;
  const mounting = (name: string, claim: string) =>
    workload(name, '[{name: f, mountPath: /files}]', `[{name: f, persistentVolumeClaim: {claimName: ${claim}}}]`);
  it.each([
    [
      'one ReadWriteMany claim',
      mounting('a', 'files') + mounting('b', 'files') + pvc('files', 'ReadWriteMany', 'efs'),
      'pass',
    ],
    ['a lone ReadWriteOnce claim', mounting('a', 'files') + mounting('b', 'files') + pvc('files'), 'fail'],
    ['a claim for each', mounting('a', 'x') + mounting('b', 'y') + pvc('x') + pvc('y'), 'fail'],
    [
      'a class that can’t do it',
      mounting('a', 'files') + mounting('b', 'files') + pvc('files', 'ReadWriteMany'),
      'fail',
    ],
    ['a claim that nobody mounts', pvc('files', 'ReadWriteMany', 'efs'), 'unknown'],
    ['only one of the two', mounting('a', 'files') + pvc('files', 'ReadWriteMany', 'efs'), 'unknown'],
  ])('%s: %s', async (_, manifests, status) => {
    expect(await adjusted('shared-volume', SHARED, manifests)).toMatchObject({ status });
  });
});

describe('ports, users, images', () => {
  const PORTS = 'services:\n  web: {image: "registry.internal/app:1", ports: ["80:80"]}\n';
  it.each([
    ['privileged-port', PORTS, workload('web', '[]', '[]', 'ports: [{containerPort: 8080}]'), 'pass'],
    ['privileged-port', PORTS, workload('web', '[]', '[]', 'ports: [{containerPort: 80}]'), 'fail'],
    ['privileged-port', PORTS, workload('web', '[]', '[]'), 'unknown'],
    ['published-ports', PORTS, workload('web', '[]', '[]') + service('web', 80), 'pass'],
    ['published-ports', PORTS, workload('web', '[]', '[]'), 'unknown'],
    ['image-unavailable', 'services: {a: {image: "docker.io/app:1"}}', workload('a', '[]', '[]'), 'pass'],
    [
      'image-unavailable',
      'services: {a: {image: "docker.io/app:1"}}',
      workload('a', '[]', '[]', '', 'docker.io/app:1'),
      'fail',
    ],
    [
      'image-unavailable',
      'services: {a: {image: "docker.io/app:1"}}',
      workload('a', '[]', '[]', '', 'registry.internal/x:1'),
      'unknown',
    ],
    [
      'root-user',
      'services: {a: {image: x, user: root}, b: {image: x, user: root}}',
      workload('a', '[]', '[]'),
      'unknown',
    ],
    ['root-user', 'services: {a: {image: x, user: root}}', workload('other', '[]', '[]'), 'pass'],
    [
      'depends-on-condition',
      'services: {a: {image: x, depends_on: {db: {condition: service_healthy}}}, db: {image: x}}',
      workload('a', '[]', '[]'),
      'unknown',
    ],
    [
      'depends-on-condition',
      'services: {a: {image: x, depends_on: {db: {condition: service_healthy}}}, db: {image: x}}',
      workload('a', '[]', '[]') + workload('db', '[]', '[]', 'readinessProbe: {tcpSocket: {port: 5432}}'),
      'pass',
    ],
    ['not-read', 'services: {a: {image: x}}\n b: [', workload('a', '[]', '[]', 'resources: {}'), 'pass'],
    [
      'not-read',
      'services: {a: {image: x}}\n b: [',
      workload('a', '[]', '[]', 'securityContext: {privileged: true}'),
      'fail',
    ],
  ])('%s (%#)', async (rule, document, manifests, status) => {
    expect(await adjusted(rule, document, manifests)).toMatchObject({ status });
  });

  it('what manifests can’t show says by what it is proven', async () => {
    const verdict = await appliesTo({ rule: 'kubernetes-version', subjects: [] }, workload('a', '[]', '[]'), facts);
    expect(verdict).toMatchObject({ status: 'unknown', reason: 'NotByManifests' });
    expect(verdict.message).toContain('configuration');
    expect(await appliesTo({ rule: 'bind-mount', subjects: [] }, 'all is adjusted', facts)).toMatchObject({
      status: 'unknown',
    });
    expect(await appliesTo({ rule: 'local-environment', subjects: [] }, WEB, facts)).toMatchObject({
      status: 'unknown',
    });
  });
});

describe('an item settles what it is about', () => {
  it.each([
    ['bind-mount', [], 'configuration', 'configuration:default storage class', false],
    ['no-default-storage-class', [], 'configuration', 'configuration:default storage class', true],
    ['no-default-storage-class', [], 'configuration', 'configuration:ingress class nginx', false],
    ['image-unavailable', [{ name: 'redis:7' }], 'image', 'image:docker.io/library/redis:7', true],
    [
      'image-unavailable',
      [{ name: 'redis:7' }, { name: 'nginx:1' }],
      'image',
      'image:docker.io/library/redis:7',
      false,
    ],
    ['api-missing', [{ name: 'batch/v1beta1/CronJob' }], 'api', 'api:batch/v1/Job', false],
  ] as const)('%s with %s %s %s: %s', (rule, subjects, kind, subject, settles) => {
    expect(notAbout(rule, subjects, { kind, subject }) === undefined).toBe(settles);
  });
});
