import { expect, test } from 'vitest';
import type { Discovery, Resource } from './discovery.ts';
import { isDryDelete, outOfScope } from './relay-scope.ts';

const resource = (group: string, name: string, namespaced: boolean): Resource => ({
  group,
  version: 'v1',
  kind: name,
  resource: name,
  singular: name,
  shortNames: [],
  categories: [],
  namespaced,
  verbs: ['get', 'list'],
  subresources: [],
});
const resources = [
  resource('', 'pods', true),
  resource('', 'secrets', true),
  resource('', 'namespaces', false),
  resource('', 'nodes', false),
  resource('apps', 'deployments', true),
  resource('rbac.authorization.k8s.io', 'clusterroles', false),
];
const discovery: Discovery = {
  groups: [],
  resources,
  stale: [],
  via: 'aggregated',
  find: () => undefined,
  group: () => undefined,
  preferred: () => undefined,
};
const scope = (writes: boolean) => ({ namespaces: ['shop', 'shop-data'], writes });
const ask = (line: string, writes = false) => {
  const [method = '', url = ''] = line.split(' ');
  return outOfScope({ method, url }, scope(writes), discovery);
};

test.each([
  'GET /version',
  'GET /openapi/v3/apis/apps/v1?hash=A',
  'GET /api',
  'GET /apis',
  'GET /api/v1',
  'GET /apis/apps/v1',
  'GET /api/v1/namespaces/shop/pods?limit=500',
  'GET /api/v1/namespaces/shop-data/secrets/db',
  'GET /apis/apps/v1/namespaces/shop/deployments/web',
  'GET /api/v1/namespaces/shop/pods/web/log?follow=true',
  'POST /api/v1/namespaces/shop/pods/web/exec?command=psql',
  'GET /api/v1/namespaces/shop/services/web:80/proxy/healthz',
  'PATCH /apis/apps/v1/namespaces/shop/deployments/web?dryRun=All&fieldManager=kubectl',
  'GET /api/v1/namespaces',
  'GET /api/v1/namespaces/shop',
  'GET /api/v1/nodes',
  'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
])('%s is let through for commands that only look', (line) => {
  expect(ask(line)).toBeUndefined();
});

test.each([
  'GET /api/v1/namespaces/other/pods',
  'GET /api/v1/namespaces/kube-system/secrets',
  'GET /api/v1/pods',
  'GET /api/v1/secrets?limit=500',
  'GET /apis/apps/v1/deployments',
  'GET /api/v1/nodes/node-1/proxy/pods',
  'GET /metrics',
  'GET /logs/',
  'POST /api/v1/namespaces/shop/pods',
  'DELETE /api/v1/namespaces/shop/pods/web',
  'PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale',
  'POST /api/v1/namespaces/shop/serviceaccounts/default/token',
  'DELETE /api/v1/namespaces/shop',
  'POST /apis/rbac.authorization.k8s.io/v1/clusterroles',
  'POST /apis/authentication.k8s.io/v1/tokenreviews',
  'GET /api/v1/namespaces/shop%2F..%2Fother/pods',
  'GET /api/v1/namespaces/%2e%2e/pods',
  'GET /api/v1/namespaces/shop/../other/pods',
])('%s is not, and is told why', (line) => {
  expect(ask(line)).toMatch(/\w/);
});

test.each([
  'POST /api/v1/namespaces/shop/pods',
  'DELETE /api/v1/namespaces/shop/pods/web',
  'POST /apis/rbac.authorization.k8s.io/v1/clusterroles',
])('%s is let through for commands that were approved to change things', (line) => {
  expect(ask(line, true)).toBeUndefined();
});

test.each([
  'POST /api/v1/namespaces/other/pods',
  'DELETE /api/v1/namespaces/other',
  'GET /api/v1/secrets',
  'PUT /metrics',
])('%s is not, whatever was approved', (line) => {
  expect(ask(line, true)).toMatch(/\w/);
});

test('a deletion is let through where it is made a dry run on its way, and only in the namespaces', () => {
  const dry = (line: string, writes = false) => {
    const [method = '', url = ''] = line.split(' ');
    return outOfScope({ method, url }, { ...scope(writes), dry_deletes: true }, discovery);
  };
  expect(dry('DELETE /api/v1/namespaces/shop/pods/web')).toBeUndefined();
  expect(dry('DELETE /api/v1/namespaces/other/pods/web')).toMatch(/\w/);
  expect(dry('POST /api/v1/namespaces/shop/pods')).toMatch(/\w/);
  expect(isDryDelete({ method: 'DELETE' }, { ...scope(true), dry_deletes: true })).toBe(false);
  expect(isDryDelete({ method: 'DELETE' }, scope(false))).toBe(false);
});
