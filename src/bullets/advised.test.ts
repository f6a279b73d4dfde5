import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../objects/index.ts';
import { bulletArguments } from '../workflow/suggest.ts';
import { contained } from './about.ts';
import { alreadyTrue, readCriteria, subjectsOf } from './criteria.ts';
import { readSpec } from './spec.ts';
import { canonicalImage } from './verdicts.ts';

/** Kinds that act, kinds that are only stored, kinds with and without a rule of their own. */
const APIS = [
  'v1/Pod',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/Service',
  'v1/ServiceAccount',
  'v1/PersistentVolumeClaim',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'apps/v1/DaemonSet',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'monitoring.coreos.com/v1/ServiceMonitor',
  'monitoring.coreos.com/v1/PrometheusRule',
  'networking.istio.io/v1/VirtualService',
  'networking.istio.io/v1/Gateway',
  'security.istio.io/v1/AuthorizationPolicy',
  'traefik.io/v1alpha1/IngressRoute',
  'k8s.cni.cncf.io/v1/NetworkAttachmentDefinition',
  'gcp.upbound.io/v1beta1/ProviderConfig',
  'postgresql.cnpg.io/v1/Cluster',
  'kafka.strimzi.io/v1beta2/Kafka',
  'gateway.networking.k8s.io/v1/HTTPRoute',
  'example.org/v1/Widget',
] as const;
const IMAGES = ['docker.io/library/busybox:1.37', 'quay.io/shop/app:2.401.3', 'ghcr.io/shop/not-found:1'] as const;

/** As a dry run answers: what the server fills in, and nothing that a controller writes. */
const dryRunOf = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'shop', uid: `u-${object.metadata.name}`, generation: 1 },
  ...(object.kind === 'Service' ? { spec: { type: 'ClusterIP', clusterIP: '10.0.0.9' } } : {}),
});

describe('the bullet that a gate advises', () => {
  test('is taken by tracer-bullet as it stands, whatever it is about', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...APIS), { maxLength: 4 }),
        fc.uniqueArray(fc.constantFrom(...IMAGES), { maxLength: 2 }),
        (apis, images) => {
          fc.pre(apis.length + images.length > 0);
          const about = [...apis.map((api) => `api:${api}`), ...images.map((image) => `image:${image}`)];
          const advised = bulletArguments('a-1', about);
          const spec = readSpec(String(advised.minimal_spec));
          if (!spec.ok) throw new Error(spec.refusal.message);
          const item = { id: 'a-1', kind: 'assumption', name: 'it works', subject: 'assumption:it works' } as const;
          expect(contained({ item, about }, spec.objects, canonicalImage).missing).toEqual([]);
          const read = readCriteria(String(advised.success_criteria), subjectsOf(spec.objects));
          if ('code' in read) throw new Error(read.message);
          expect(alreadyTrue(read.predicates, spec.objects.map(dryRunOf))).toBeUndefined();
        },
      ),
    );
  });

  test('still proves nothing where a field of the document is all that it asks for', () => {
    const spec = readSpec('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {key: a}\n');
    if (!spec.ok) throw new Error(spec.refusal.message);
    const read = readCriteria('ConfigMap/settings: exists', subjectsOf(spec.objects));
    if ('code' in read) throw new Error(read.message);
    expect(alreadyTrue(read.predicates, spec.objects.map(dryRunOf))).toMatchObject({ code: 'BAD_INPUT' });
  });
});
