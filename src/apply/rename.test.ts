import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { rename } from './rename.ts';

const object = (kind: string, name: string, rest: Record<string, unknown> = {}, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});

const pod = (spec: Record<string, unknown>) => object('Pod', 'app', { spec });
const renamed = (...objects: KubeObject[]) => rename(objects, 'ab12c').objects;

test('every document gets a name of its own, which is still a name', () => {
  const long = 'x'.repeat(80);
  const names = renamed(
    object('Pod', 'app'),
    object('Service', long),
    object('CronJob', long, {}, 'batch/v1'),
    // Its Pods' label controller-revision-hash is this name, a hyphen and ten characters: 63 at most.
    object('StatefulSet', long, {}, 'apps/v1'),
  ).map((o) => o.metadata.name);
  const short = `${'x'.repeat(46)}-ab12c`;
  expect(names).toEqual(['app-ab12c', `${'x'.repeat(57)}-ab12c`, short, short]);
});

test('two documents never get one name', () => {
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'try-' } };
  expect(rename([job, job], 'ab12c').objects.map((o) => o.metadata.name)).toEqual(['try-ab12c', 'try-2-ab12c']);
  const long = 'x'.repeat(60);
  const names = renamed(object('Secret', `${long}-a`), object('Secret', `${long}-b`)).map((o) => o.metadata.name);
  expect(names).toEqual([`${'x'.repeat(57)}-ab12c`, `${'x'.repeat(55)}-2-ab12c`]);
});

test('a document that leaves its name to the server gets one too', () => {
  const [made] = rename([{ apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'try-' } }], 'ab12c').objects;
  expect(made?.metadata).toEqual({ name: 'try-ab12c' });
});

describe('references move with what they name', () => {
  test('from a Pod to Secrets, ConfigMaps, claims and its service account', () => {
    const [made] = renamed(
      pod({
        serviceAccountName: 'runner',
        imagePullSecrets: [{ name: 'pull' }],
        volumes: [
          { name: 's', secret: { secretName: 'keys' } },
          { name: 'c', configMap: { name: 'conf' } },
          { name: 'd', persistentVolumeClaim: { claimName: 'data' } },
          { name: 'p', projected: { sources: [{ secret: { name: 'keys' } }, { configMap: { name: 'conf' } }] } },
        ],
        containers: [
          {
            name: 'conf',
            env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'keys', key: 'keys' } } }],
            envFrom: [{ configMapRef: { name: 'conf' } }, { secretRef: { name: 'elsewhere' } }],
          },
        ],
      }),
      object('Secret', 'keys'),
      object('Secret', 'pull'),
      object('ConfigMap', 'conf'),
      object('PersistentVolumeClaim', 'data'),
      object('ServiceAccount', 'runner'),
    );
    expect(made?.spec).toEqual({
      serviceAccountName: 'runner-ab12c',
      imagePullSecrets: [{ name: 'pull-ab12c' }],
      volumes: [
        { name: 's', secret: { secretName: 'keys-ab12c' } },
        { name: 'c', configMap: { name: 'conf-ab12c' } },
        { name: 'd', persistentVolumeClaim: { claimName: 'data-ab12c' } },
        {
          name: 'p',
          projected: { sources: [{ secret: { name: 'keys-ab12c' } }, { configMap: { name: 'conf-ab12c' } }] },
        },
      ],
      containers: [
        {
          name: 'conf',
          env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'keys-ab12c', key: 'keys' } } }],
          envFrom: [{ configMapRef: { name: 'conf-ab12c' } }, { secretRef: { name: 'elsewhere' } }],
        },
      ],
    });
  });

  test('from custom resources, by the kind they say or the field that says it', () => {
    const [cluster, pooler, certificate] = renamed(
      object('Cluster', 'db', {
        spec: { superuserSecret: { name: 'keys' }, bootstrap: { initdb: { secret: { name: 'keys' } } } },
      }),
      object('Pooler', 'pool', { spec: { cluster: { name: 'db' } } }),
      object('Certificate', 'cert', { spec: { secretName: 'keys', issuerRef: { kind: 'Issuer', name: 'ca' } } }),
      object('Secret', 'keys'),
      object('Issuer', 'ca'),
    );
    expect(cluster?.spec).toEqual({
      superuserSecret: { name: 'keys-ab12c' },
      bootstrap: { initdb: { secret: { name: 'keys-ab12c' } } },
    });
    expect(pooler?.spec).toEqual({ cluster: { name: 'db-ab12c' } });
    expect(certificate?.spec).toEqual({ secretName: 'keys-ab12c', issuerRef: { kind: 'Issuer', name: 'ca-ab12c' } });
  });

  test('to Services: by name, and as the host in an address', () => {
    const [app, route, set] = renamed(
      pod({
        containers: [
          {
            name: 'c',
            args: ['--db=postgres://u@redis/0', '--at', 'redis:6379', 'redis'],
            env: [
              { name: 'HOST', value: 'redis' },
              { name: 'URL', value: 'redis://redis:6379/0' },
              { name: 'LONG', value: 'redis.apps.svc.cluster.local' },
              { name: 'OTHER', value: 'redis-cluster:6379' },
            ],
          },
        ],
      }),
      object('Route', 'web', { spec: { to: { kind: 'Service', name: 'redis' } } }),
      object('StatefulSet', 'redis', { spec: { serviceName: 'redis' } }),
      object('Service', 'redis', { spec: { selector: { app: 'redis' } } }),
    );
    expect(app?.spec).toEqual({
      containers: [
        {
          name: 'c',
          args: ['--db=postgres://u@redis-ab12c/0', '--at', 'redis-ab12c:6379', 'redis'],
          env: [
            { name: 'HOST', value: 'redis-ab12c' },
            { name: 'URL', value: 'redis://redis-ab12c:6379/0' },
            { name: 'LONG', value: 'redis-ab12c.apps.svc.cluster.local' },
            { name: 'OTHER', value: 'redis-cluster:6379' },
          ],
        },
      ],
    });
    expect(route?.spec).toEqual({ to: { kind: 'Service', name: 'redis-ab12c' } });
    expect(set?.spec).toEqual({ serviceName: 'redis-ab12c' });
  });
});

test('labels and selectors stay as they are: they say what is alike, not what it is called', () => {
  const [service] = renamed(
    object('Service', 'web', { spec: { selector: { name: 'web', app: 'web' } } }),
    object('Deployment', 'web', {}, 'apps/v1'),
  );
  expect(service?.spec).toEqual({ selector: { name: 'web', app: 'web' } });
});
