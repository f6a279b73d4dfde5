import { expect, test } from 'vitest';
import { discoveryOf } from '../cluster/discovery.ts';
import type { KubeObject, Reader } from '../cluster/index.ts';
import { checkConfiguration } from './configuration.ts';
import { createWorld } from './world.ts';

const kind = (name: string, plural: string) => ({
  group: 'security.openshift.io',
  version: 'v1',
  kind: name,
  resource: plural,
  singular: name.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ['create'],
  subresources: [],
});
const SCC = kind('SecurityContextConstraints', 'securitycontextconstraints');
const REVIEW = kind('PodSecurityPolicySubjectReview', 'podsecuritypolicysubjectreviews');

/** No OpenShift API server can be had here: this one answers the review as OpenShift's does (security/v1 types.go). */
function openshift(kinds: (typeof SCC)[], allowedBy: string | undefined) {
  const asked: KubeObject[] = [];
  const groups = [{ name: 'security.openshift.io', versions: [{ version: 'v1', stale: false }] }];
  const reader: Partial<Reader> = {
    discovery: async () => ({ ok: true, value: discoveryOf(groups, kinds, 'aggregated') }),
    review: async (object) => {
      asked.push(object);
      const status =
        allowedBy === undefined
          ? { reason: 'DeniedBy' }
          : { allowedBy: { kind: 'SecurityContextConstraints', name: allowedBy } };
      return { ok: true, value: { ...object, status } };
    },
    dryRun: async (object) => ({ ok: true, value: { object, warnings: [] } }),
  };
  return { world: createWorld(reader as Reader, 'demo'), asked };
}

test('the service account is judged, not whoever asks', async () => {
  const { world, asked } = openshift([SCC, REVIEW], 'anyuid');
  const found = await checkConfiguration(world, 'configuration:runs as any UID (anyuid) for web');
  expect(found.verdict).toMatchObject({ status: 'pass', reason: 'SccAllowsIt' });
  expect(asked[0]?.spec).toMatchObject({
    user: 'system:serviceaccount:demo:web',
    template: { spec: { serviceAccountName: 'web' } },
  });
});

test('an admin whose own SCCs would let a bare Pod pass gets the no that the Deployment would get', async () => {
  const { world } = openshift([SCC, REVIEW], undefined);
  const found = await checkConfiguration(world, 'configuration:runs as any UID (anyuid)');
  expect(found.verdict).toMatchObject({ status: 'fail', reason: 'NoSccAllowsIt' });
});

test('where the review is not served, a passed dry run is not taken for a yes', async () => {
  const { world } = openshift([SCC], undefined);
  const found = await checkConfiguration(world, 'configuration:runs as any UID (anyuid)');
  expect(found).toMatchObject({ verdict: { status: 'unknown', reason: 'NotJudged' }, deferrable: true });
});
