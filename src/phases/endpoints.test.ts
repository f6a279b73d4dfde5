import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/index.ts';
import { endpointsCheck } from './endpoints.ts';

const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', uid: 's' } };
const slice = (ready: boolean, owner = 's'): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'web-1',
    uid: 'e',
    ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: owner }],
  },
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
});

test.each([
  ['a ready endpoint', [slice(true)], 'PASS'],
  ['an endpoint that is not ready', [slice(false)], 'FAIL'],
  ['the endpoint of another Service', [slice(true, 'other')], 'FAIL'],
  ['nothing', [], 'FAIL'],
])('%s', (_, tree, status) => {
  expect(endpointsCheck(service, [service, ...tree]).status).toBe(status);
});
