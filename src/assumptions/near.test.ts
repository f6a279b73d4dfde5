import { expect, test } from 'vitest';
import { distance, nearest } from './near.ts';

test('distance counts letters changed, added, dropped and swapped', () => {
  expect(distance('redis', 'redis')).toBe(0);
  expect(distance('redsi', 'redis')).toBe(1);
  expect(distance('hostUser', 'hostUsers')).toBe(1);
  expect(distance('', 'abc')).toBe(3);
});

test('the nearest names come first, and what is far away does not come at all', () => {
  expect(nearest('Deploymet', ['Pod', 'Deployment', 'DaemonSet'])).toEqual(['Deployment']);
  expect(nearest('gp3', ['gp2', 'gp3-csi', 'standard'])).toEqual(['gp2']);
  expect(nearest('gp3-csi', ['gp2', 'standard'])).toEqual([]);
  expect(nearest('storage', ['storageClassName', 'replicas'])).toEqual(['storageClassName']);
});

test('sharing a first word is no likeness', () => {
  expect(nearest('servicemonitors', ['servicecidrs', 'services', 'serviceaccounts'])).toEqual([]);
  expect(nearest('ServiceMonitor', ['Service', 'ServiceAccount'])).toEqual([]);
  expect(nearest('cloudnative-pg-operator', ['cloudnative-pg'])).toEqual(['cloudnative-pg']);
});
