import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { contained } from './about.ts';
import { canonicalImage } from './verdicts.ts';

const item = { id: 'a1', kind: 'assumption', subject: 'assumption:x', name: 'x' } as const;
const missing = (about: string[], ...objects: KubeObject[]) =>
  contained({ item, about }, objects, canonicalImage).missing;
const pod = (image: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image }] },
});
const object = (apiVersion: string, kind: string, spec: unknown = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: {},
  spec,
});

test('an image is contained under any of its spellings, and no other is', () => {
  expect(missing(['image:docker.io/library/redis:7'], pod('redis:7'))).toEqual([]);
  expect(missing(['image:docker.io/library/redis:7'], pod('redis:8'))).toEqual(['image:docker.io/library/redis:7']);
});

test('a ConfigMap shows nothing of an image', () => {
  const trivial = { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { image: 'redis:7' } };
  expect(missing(['image:docker.io/library/redis:7'], trivial)).toHaveLength(1);
});

test('an image inside a custom resource counts: its operator starts it', () => {
  const cluster = object('postgresql.cnpg.io/v1', 'Cluster', { imageName: 'ghcr.io/cnpg/postgresql:16' });
  expect(missing(['image:ghcr.io/cnpg/postgresql:16', 'api:postgresql.cnpg.io/v1/Cluster'], cluster)).toEqual([]);
});

test('an API is an object of that version, and of that field where one is named', () => {
  const web = object('apps/v1', 'Deployment', {
    template: { spec: { hostUsers: false, containers: [{ name: 'c', resizePolicy: [] }] } },
  });
  expect(missing(['api:apps/v1/Deployment'], web)).toEqual([]);
  expect(missing(['api:apps/v1/Deployment:spec.template.spec.hostUsers'], web)).toEqual([]);
  expect(missing(['api:apps/v1/Deployment:spec.template.spec.containers.resizePolicy'], web)).toEqual([]);
  expect(missing(['api:apps/v1/Deployment:spec.paused'], web)).toHaveLength(1);
  expect(missing(['api:apps/v1beta1/Deployment'], web)).toHaveLength(1);
});

test('an operator is shown by something it acts on, a requirement by what needs it', () => {
  const cluster = object('postgresql.cnpg.io/v1', 'Cluster');
  expect(missing(['operator:cnpg'], cluster)).toEqual([]);
  expect(missing(['operator:cnpg'], object('v1', 'ConfigMap'))).toEqual(['operator:cnpg']);
  expect(missing(['configuration:default StorageClass'], object('v1', 'PersistentVolumeClaim'))).toEqual([]);
  expect(missing(['configuration:default StorageClass', 'api:v1/Pod'], object('v1', 'PersistentVolumeClaim'))).toEqual([
    'api:v1/Pod',
    'configuration:default StorageClass',
  ]);
});
