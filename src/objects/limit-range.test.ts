import { expect, test } from 'vitest';
import { withLimitRanges } from './limit-range.ts';
import { podTemplateOf } from './pod-template.ts';

const range = (limit: object) => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'defaults' },
  spec: { limits: [{ type: 'Container', ...limit }] },
});
const deployment = (resources?: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 2, template: { metadata: {}, spec: { containers: [{ name: 'c', image: 'x', resources }] } } },
});
const filled = (resources: object | undefined, limit: object) =>
  Object(podTemplateOf(withLimitRanges(deployment(resources), [range(limit)]))?.spec.containers)[0].resources;

test('what a container leaves open is filled in, what it says stays', () => {
  const limit = { default: { cpu: '1' }, defaultRequest: { cpu: '500m', memory: '64Mi' } };
  expect(filled(undefined, limit)).toEqual({ limits: { cpu: '1' }, requests: { cpu: '500m', memory: '64Mi' } });
  expect(filled({ requests: { cpu: '10m' } }, limit)).toEqual({
    limits: { cpu: '1' },
    requests: { cpu: '10m', memory: '64Mi' },
  });
});

test('a limit is the request where none is given', () => {
  expect(filled(undefined, { default: { cpu: '1' } })).toEqual({ limits: { cpu: '1' }, requests: { cpu: '1' } });
  expect(filled({ limits: { cpu: '3' } }, { defaultRequest: { cpu: '1' } }).requests).toEqual({ cpu: '3' });
});

test('nothing else of the object changes', () => {
  const object = deployment({ requests: { cpu: '1' } });
  expect(withLimitRanges(object, [range({ max: { cpu: '2' } })]).spec).toMatchObject({ replicas: 2 });
  expect(withLimitRanges(object, [])).toBe(object);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } };
  expect(withLimitRanges(service, [range({ default: { cpu: '1' } })])).toBe(service);
});
