import { expect, test } from 'vitest';
import type { KubeObject } from './kube-object.ts';
import { lossOf } from './loss.ts';

const object = (apiVersion: string, kind: string, name: string, more: Partial<KubeObject> = {}): KubeObject => ({
  ...more,
  apiVersion,
  kind,
  metadata: { name, ...more.metadata },
});
const claim = (volumeName?: string) =>
  object('v1', 'PersistentVolumeClaim', 'pg-1', { spec: volumeName === undefined ? {} : { volumeName } });
const volume = (policy: string) =>
  new Map([['pv-1', object('v1', 'PersistentVolume', 'pv-1', { spec: { persistentVolumeReclaimPolicy: policy } })]]);
const cluster = object('postgresql.cnpg.io/v1', 'Cluster', 'pg');
const none = new Map<string, KubeObject>();
const finalized = (apiVersion: string, kind: string, ...finalizers: string[]) =>
  object(apiVersion, kind, 'x', { metadata: { name: 'x', finalizers } });

const specified = (one: KubeObject, spec: KubeObject['spec']): KubeObject => ({ ...one, spec });
const annotated = (name: string, value: string): KubeObject => ({
  ...object('s3.services.k8s.aws/v1alpha1', 'Bucket', 'x'),
  metadata: { name: 'x', finalizers: ['finalizers.s3.services.k8s.aws/Bucket'], annotations: { [name]: value } },
});

test.each([
  ['a ConfigMap', object('v1', 'ConfigMap', 'c'), [], none, 0],
  ['a Deployment with Pods', object('apps/v1', 'Deployment', 'd'), [object('v1', 'Pod', 'p')], none, 0],
  ['a claim that nothing was bound to', claim(), [], none, 0],
  ['a claim whose volume is retained', claim('pv-1'), [], volume('Retain'), 0],
  ['a finalizer of Kubernetes', finalized('v1', 'Service', 'service.kubernetes.io/load-balancer-cleanup'), [], none, 0],
  [
    'a bucket of Crossplane that is kept',
    specified(finalized('s3.aws.upbound.io/v1beta1', 'Bucket', 'finalizer.managedresource.crossplane.io'), {
      deletionPolicy: 'Orphan',
    }),
    [],
    none,
    0,
  ],
  [
    'a database of Crossplane that is only observed',
    specified(finalized('rds.aws.upbound.io/v1beta1', 'Instance', 'finalizer.managedresource.crossplane.io'), {
      managementPolicies: ['Observe'],
    }),
    [],
    none,
    0,
  ],
  ['a bucket of ACK that is retained', annotated('services.k8s.aws/deletion-policy', 'retain'), [], none, 0],
  [
    'a bucket of Config Connector that is abandoned',
    annotated('cnrm.cloud.google.com/deletion-policy', 'abandon'),
    [],
    none,
    0,
  ],
  [
    'a copy of a secret store',
    object('external-secrets.io/v1', 'ExternalSecret', 'x'),
    [object('v1', 'Secret', 's')],
    none,
    0,
  ],
])('%s loses nothing', (_, root, owned, volumes) => {
  expect(lossOf({ root, owned, volumes })).toEqual([]);
});

test.each([
  ['a claim with data', claim('pv-1'), [], volume('Delete'), 'the data of PersistentVolumeClaim/pg-1 (volume pv-1)'],
  [
    'a claim whose volume may not be seen',
    claim('pv-1'),
    [],
    none,
    'the data of PersistentVolumeClaim/pg-1 (volume pv-1)',
  ],
  [
    "an operator's database",
    cluster,
    [claim('pv-1')],
    volume('Delete'),
    'the data of PersistentVolumeClaim/pg-1 (volume pv-1)',
  ],
  [
    "an operator's password",
    cluster,
    [object('v1', 'Secret', 'pg-app')],
    none,
    'what is in Secret/pg-app, which its controller made',
  ],
  [
    'a bucket of Crossplane',
    finalized('s3.aws.upbound.io/v1beta1', 'Bucket', 'finalizer.managedresource.crossplane.io'),
    [],
    none,
    'what Bucket/x stands for outside the cluster: its controller deletes it (finalizer finalizer.managedresource.crossplane.io)',
  ],
  [
    'a claim of Crossplane',
    finalized('platform.example.org/v1alpha1', 'PostgreSQLInstance', 'finalizer.apiextensions.crossplane.io'),
    [],
    none,
    'what PostgreSQLInstance/x stands for outside the cluster: its controller deletes it (finalizer finalizer.apiextensions.crossplane.io)',
  ],
  [
    "an issuer's certificate",
    object('cert-manager.io/v1', 'Certificate', 'web'),
    [object('v1', 'Secret', 'web-tls')],
    none,
    'what is in Secret/web-tls, which its controller made',
  ],
  [
    'a bucket of ACK',
    finalized('s3.services.k8s.aws/v1alpha1', 'Bucket', 'finalizers.s3.services.k8s.aws/Bucket'),
    [],
    none,
    'what Bucket/x stands for outside the cluster: its controller deletes it (finalizer finalizers.s3.services.k8s.aws/Bucket)',
  ],
])('%s is lost', (_, root, owned, volumes, sentence) => {
  expect(lossOf({ root, owned, volumes })).toContain(sentence);
});

test('a Namespace and a CustomResourceDefinition take with them what is in them and of them', () => {
  expect(lossOf({ root: object('v1', 'Namespace', 'shop'), owned: [], volumes: none, holds: 3 })).toEqual([
    'everything in Namespace/shop (3 objects)',
  ]);
  const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com');
  expect(lossOf({ root: crd, owned: [], volumes: none, holds: 2 })).toEqual([
    'every object of CustomResourceDefinition/widgets.example.com in the cluster (2)',
  ]);
  expect(lossOf({ root: crd, owned: [], volumes: none, holds: 0 })).toEqual([]);
});
