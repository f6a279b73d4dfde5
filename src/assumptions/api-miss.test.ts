import { describe, expect, test } from 'vitest';
import { discoveryOf } from '../cluster/discovery.ts';
import type { Reader, Resource } from '../cluster/index.ts';
import { checkApi } from './api.ts';
import { createWorld } from './world.ts';

const resource = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  more: Partial<Resource> = {},
): Resource => ({
  group,
  version,
  kind,
  resource: plural,
  singular: kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ['get', 'create'],
  subresources: [],
  ...more,
});

const groups = (names: Record<string, readonly string[]>, stale: readonly string[] = []) =>
  Object.entries(names).map(([name, versions]) => ({
    name,
    versions: versions.map((version) => ({ version, stale: stale.includes(`${name}/${version}`) })),
  }));

/** A reader that knows what is served and nothing else: whatever else is asked of it is not there. */
const reading = (served: ReturnType<typeof discoveryOf>): Reader => {
  const nothing = { ok: true, value: undefined } as const;
  const reader: Partial<Reader> = {
    discovery: async () => ({ ok: true, value: served }),
    getIfThere: async () => nothing,
    version: async () => ({ ok: true, value: { gitVersion: 'v1.37.2', major: '1', minor: '37' } }),
  };
  return reader as Reader;
};

const served = discoveryOf(
  groups(
    {
      '': ['v1'],
      apps: ['v1'],
      'networking.k8s.io': ['v1'],
      'postgresql.cnpg.io': ['v1'],
      'metrics.k8s.io': ['v1beta1'],
    },
    ['metrics.k8s.io/v1beta1'],
  ),
  [
    resource('', 'v1', 'Pod', 'pods', { shortNames: ['po'] }),
    resource('apps', 'v1', 'Deployment', 'deployments', { shortNames: ['deploy'] }),
    resource('networking.k8s.io', 'v1', 'Ingress', 'ingresses', { shortNames: ['ing'] }),
    resource('postgresql.cnpg.io', 'v1', 'Cluster', 'clusters'),
  ],
  'aggregated',
);

const check = (subject: string) => checkApi(createWorld(reading(served), 'demo'), subject);

describe('a miss says what is there instead', () => {
  test.each([
    ['api:apps/v1/deployments', 'SpellingDiffers', 'apps/v1/Deployment'],
    ['api:apps/v1/deploy', 'SpellingDiffers', 'apps/v1/Deployment'],
    ['api:Ingress', 'SpellingDiffers', 'networking.k8s.io/v1/Ingress'],
    ['api:apps/v1beta1/Deployment', 'RemovedApi', 'apps/v1/Deployment'],
    ['api:extensions/v1beta1/Ingress', 'RemovedApi', 'networking.k8s.io/v1/Ingress'],
    ['api:postgresql.cnpg.io/v2/Cluster', 'OtherVersionServed', 'postgresql.cnpg.io/v1/Cluster'],
    ['api:postgresql.k8s.enterprisedb.io/v1/Cluster', 'OtherGroupServed', 'postgresql.cnpg.io/v1/Cluster'],
    [
      'api:postgresql.cnpg.io/v2/Cluster:spec.instances',
      'OtherVersionServed',
      'postgresql.cnpg.io/v1/Cluster:spec.instances',
    ],
  ])('%s', async (subject, reason, right) => {
    const found = await check(subject);
    expect(found.verdict).toMatchObject({ status: 'fail', reason });
    expect(found.diverges).toBe(right);
  });

  test('a kind of the same name in a group of no kin is told, but is not what was assumed', async () => {
    const found = await check('api:cluster.x-k8s.io/v1/Cluster');
    expect(found.verdict).toMatchObject({ status: 'fail', reason: 'GroupNotServed' });
    expect(found.verdict.message).toContain('postgresql.cnpg.io/v1/Cluster');
    expect(found.diverges).toBeUndefined();
  });

  test('the nearest kind of the group', async () => {
    const found = await check('api:apps/v1/Deplyment');
    expect(found.verdict).toMatchObject({ status: 'fail', reason: 'KindNotServed' });
    expect(found.suggestion).toBe('Deployment');
  });

  test('a removed API names its release', async () => {
    expect((await check('api:policy/v1beta1/PodSecurityPolicy')).verdict.message).toContain('1.25');
  });

  test('an API whose server is down is unknown, not absent', async () => {
    expect((await check('api:metrics.k8s.io/v1beta1/PodMetrics')).verdict).toMatchObject({
      status: 'unknown',
      reason: 'ApiServiceUnavailable',
    });
  });
});

describe('what is served passes', () => {
  test.each([
    ['api:apps/v1/Deployment', 'Served'],
    ['api:v1/Pod', 'Served'],
    ['api:apps/Deployment', 'VersionsServed'],
    ['api:core/Pod', 'VersionsServed'],
  ])('%s', async (subject, reason) => {
    expect((await check(subject)).verdict).toMatchObject({ status: 'pass', reason });
  });
});
