import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { differences } from './compare.ts';
import { dataDigest, imageOf, shown } from './image.ts';
import { whyStillThere } from './stuck.ts';
import { uncovered } from './takeover.ts';
import { trackedBy } from './tracked.ts';

const service = (spec: Record<string, unknown>, metadata = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', ...metadata },
  spec,
});

test('a difference is told by its path, a removed field too', () => {
  expect(differences(service({ a: 1, b: { c: [1, 2] } }), service({ a: 1, b: { c: [1, 3] }, d: 'x' }))).toEqual([
    'spec.b.c[1]',
    'spec.d',
  ]);
  expect(differences(service({}, { labels: { a: '1' } }), service({}))).toEqual(['metadata.labels']);
});

test("what is made from an object's own UID is no difference, in whatever kind; another's UID is", () => {
  const of = (uid: string, label = uid) =>
    service({ selector: { matchLabels: { 'controller-uid': label } } }, { uid, labels: { 'x/owner': `job-${label}` } });
  expect(differences(of('uid-1'), of('uid-2'))).toEqual([]);
  expect(differences(of('uid-1'), of('uid-2', 'uid-9'))).toEqual([
    'metadata.labels.x/owner',
    'spec.selector.matchLabels.controller-uid',
  ]);
});

test('what the server fills in, allocates or counts is no difference', () => {
  const dry = service(
    { clusterIP: '10.0.0.1', ports: [{ port: 1, nodePort: 30001 }] },
    { uid: 'a', resourceVersion: '1', generation: 1 },
  );
  const live = service(
    { clusterIP: '10.0.0.2', ports: [{ port: 1, nodePort: 30002 }] },
    { uid: 'b', resourceVersion: '2', generation: 2 },
  );
  expect(differences({ ...dry, status: {} }, { ...live, status: { x: 1 } })).toEqual([]);
  expect(differences(service({ list: [] }), service({}))).toEqual([]);
  const counted = service({}, { annotations: { 'deployment.kubernetes.io/revision': '1' } });
  expect(differences(service({}), counted)).toEqual([]);
});

test("a Secret's before-image tells whether it is the same, and nothing of what it is", () => {
  const secret = (v: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      uid: 'u',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":"${v}"}` },
    },
    data: { password: v },
  });
  const image = imageOf(secret('aHVudGVy'));
  expect(image).toMatchObject({ kind: 'secret', keys: ['password'], digest: dataDigest(secret('aHVudGVy')) });
  expect(JSON.stringify([image, shown(secret('aHVudGVy'))])).not.toContain('aHVudGVy');
  expect(dataDigest(secret('YW5vdGhlcg=='))).not.toBe(dataDigest(secret('aHVudGVy')));
});

test('a conflict is taken over only where the plan names object, manager and field', () => {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'n', name: 'web' };
  const conflicts = [
    { manager: 'kubectl', fields: ['.spec.replicas', '.spec.template.spec.containers[name="c"].image'] },
  ];
  const left = (object: string, managers: string[], fields: string[]) =>
    uncovered(ref, conflicts, [{ object, managers, fields }]).flatMap((c) => c.fields);
  expect(left('Deployment/web', ['kubectl'], ['.spec.replicas', 'spec.template'])).toEqual([]);
  expect(left('apps/v1/Deployment/web', ['kubectl'], ['spec.replicas'])).toHaveLength(1);
  expect(left('Deployment/web', ['helm'], ['spec.replicas', 'spec.template'])).toHaveLength(2);
  expect(left('Deployment/other', ['kubectl'], ['spec.replicas', 'spec.template'])).toHaveLength(2);
  expect(left('Deployment/web', ['kubectl'], ['spec.repl', 'spec.temp'])).toHaveLength(2);
});

test.each([
  ['Argo CD', { annotations: { 'argocd.argoproj.io/tracking-id': 'app:/ConfigMap:n/x' } }],
  ['Flux', { labels: { 'helm.toolkit.fluxcd.io/name': 'app' } }],
  ['Helm', { annotations: { 'meta.helm.sh/release-name': 'app' } }],
  ['OLM', { labels: { 'olm.owner': 'op.v1' } }],
  ['Argo CD', { managedFields: [{ manager: 'argocd-controller', operation: 'Apply' }] }],
  [undefined, { labels: { 'app.kubernetes.io/instance': 'app', 'app.kubernetes.io/managed-by': 'Helm' } }],
])('%s keeps what it marks', (by, metadata) => {
  expect(trackedBy(service({}, metadata))?.by).toBe(by);
});

test('a stuck object says who must take its finalizer off', () => {
  const stuck = service(
    {},
    {
      deletionTimestamp: '2026-01-01T00:00:00Z',
      finalizers: ['cnpg.io/hold', 'kubernetes.io/pvc-protection'],
      managedFields: [
        { manager: 'cnpg-operator', fieldsV1: { 'f:metadata': { 'f:finalizers': { 'v:"cnpg.io/hold"': {} } } } },
      ],
    },
  );
  expect(whyStillThere(stuck)).toMatch(/cnpg\.io\/hold \(cnpg-operator must take it off\).*no Pod uses it/);
});
