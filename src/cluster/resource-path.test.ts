import { expect, test } from 'vitest';
import { connects, resourcePath } from './resource-path.ts';

const of = (namespace: string, group: string, resource: string, name = '', subresource = '', dryRun = false) => ({
  namespace,
  group,
  resource,
  name,
  subresource,
  dryRun,
});

test.each([
  ['/api/v1/namespaces/shop/pods', of('shop', '', 'pods')],
  ['/api/v1/namespaces/shop/pods/web-0', of('shop', '', 'pods', 'web-0')],
  ['/api/v1/namespaces/shop/pods/web-0/exec?command=ls', of('shop', '', 'pods', 'web-0', 'exec')],
  ['/api/v1/namespaces/shop/services/web:80/proxy/healthz', of('shop', '', 'services', 'web:80', 'proxy')],
  ['/apis/apps/v1/namespaces/shop/deployments/web/scale', of('shop', 'apps', 'deployments', 'web', 'scale')],
  ['/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All', of('shop', 'apps', 'deployments', 'web', '', true)],
  [
    '/apis/apps/v1/namespaces/shop/deployments/web?force=true&dryRun=All',
    of('shop', 'apps', 'deployments', 'web', '', true),
  ],
  ['/api/v1/namespaces/shop', of('shop', '', 'namespaces', 'shop')],
  ['/api/v1/namespaces/shop/status', of('shop', '', 'namespaces', 'shop', 'status')],
  ['/api/v1/namespaces/shop/finalize', of('shop', '', 'namespaces', 'shop', 'finalize')],
  ['/api/v1/namespaces/sh%6Fp/configmaps/a%2Fb', of('shop', '', 'configmaps', 'a/b')],
])('%s', (path, expected) => {
  expect(resourcePath(path)).toEqual(expected);
});

test.each(['/api', '/apis', '/version', '/api/v1/nodes', '/api/v1/namespaces', '/apis/apps/v1/deployments', '/readyz'])(
  '%s is of no namespace',
  (path) => {
    expect(resourcePath(path)).toBeUndefined();
  },
);

test('what opens a connection is known whatever its method', () => {
  for (const sub of ['exec', 'attach', 'portforward', 'proxy'])
    expect(connects(of('shop', '', 'pods', 'web-0', sub)), sub).toBe(true);
  expect(connects(of('shop', '', 'pods', 'web-0', 'log'))).toBe(false);
});
