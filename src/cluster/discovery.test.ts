import { expect, test } from 'vitest';
import {
  discoveryOf,
  readAggregated,
  readCoreVersions,
  readGroupList,
  readResourceList,
  splitApiVersion,
} from './discovery.ts';

const aggregated = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items: [
    {
      metadata: { name: 'apps' },
      versions: [
        {
          version: 'v2',
          freshness: 'Current',
          resources: [{ resource: 'widgets', responseKind: { kind: 'Widget' }, scope: 'Cluster', verbs: ['get'] }],
        },
        {
          version: 'v1',
          freshness: 'Current',
          resources: [
            {
              resource: 'deployments',
              responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
              scope: 'Namespaced',
              singularResource: 'deployment',
              shortNames: ['deploy'],
              categories: ['all'],
              verbs: ['get', 'list'],
              subresources: [
                {
                  subresource: 'scale',
                  responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
                  verbs: ['get'],
                },
                { subresource: 'status', responseKind: null, verbs: ['patch'] },
              ],
            },
            { resource: 'nameless', responseKind: { kind: '' }, scope: 'Namespaced' },
          ],
        },
      ],
    },
    { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] },
  ],
};

test('aggregated discovery: kinds, subresources, preferred versions, what can not be seen', () => {
  const read = readAggregated(aggregated);
  const discovery = discoveryOf(read?.groups ?? [], read?.resources ?? [], 'aggregated');
  expect(discovery.find({ group: 'apps', version: 'v1', kind: 'Deployment' })).toEqual({
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    resource: 'deployments',
    singular: 'deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    namespaced: true,
    verbs: ['get', 'list'],
    subresources: [
      { name: 'scale', kind: 'Scale', verbs: ['get'] },
      { name: 'status', verbs: ['patch'] },
    ],
  });
  expect(discovery.preferred('apps')).toBe('v2');
  // The preferred version doesn't have it; the next one does.
  expect(discovery.find({ group: 'apps', kind: 'Deployment' })?.version).toBe('v1');
  expect(discovery.find({ group: 'apps', version: 'v2', kind: 'Deployment' })).toBeUndefined();
  expect(discovery.find({ group: 'nope', kind: 'Deployment' })).toBeUndefined();
  expect(discovery.stale).toEqual(['metrics.k8s.io/v1beta1']);
  expect(discovery.resources).toHaveLength(2);
});

test('a server before aggregated discovery answers with the older documents', () => {
  expect(readAggregated({ kind: 'APIGroupList', groups: [] })).toBeUndefined();
  expect(readCoreVersions({ kind: 'APIVersions', versions: ['v1'] })).toEqual(['v1']);
  expect(readCoreVersions({ kind: 'Other' })).toBeUndefined();
  expect(
    readGroupList({
      kind: 'APIGroupList',
      groups: [{ name: 'a', versions: [{ version: 'v2' }, { version: 'v1' }], preferredVersion: { version: 'v1' } }],
    }),
  ).toEqual([{ name: 'a', versions: ['v1', 'v2'] }]);
  expect(
    readResourceList(
      {
        resources: [
          { name: 'pods', kind: 'Pod', singularName: '', namespaced: true, verbs: ['get'], shortNames: ['po'] },
          { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
        ],
      },
      '',
      'v1',
    ),
  ).toMatchObject([
    { resource: 'pods', singular: 'pod', subresources: [{ name: 'log', kind: 'Pod', verbs: ['get'] }] },
  ]);
});

test('apiVersions are split at the slash', () => {
  expect(splitApiVersion('v1')).toEqual({ group: '', version: 'v1' });
  expect(splitApiVersion('apps/v1')).toEqual({ group: 'apps', version: 'v1' });
});
