import { expect, test } from 'vitest';
import { asNew, retarget } from './retarget.ts';

const move = { from: 'shop', to: 'shop-rehearsal-1a2b3', services: ['redis'] };
const spec = (object: Record<string, unknown>, kind = 'Deployment') =>
  retarget({ apiVersion: 'v1', kind, metadata: { name: 'x', namespace: 'shop' }, ...object }, move);

test('the name stays, the namespace is the copy’s, what is of the moment goes', () => {
  const moved = retarget(
    asNew({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop', uid: 'u', resourceVersion: '1', ownerReferences: [] },
      data: { key: '1' },
      status: {},
    }),
    move,
  );
  expect(moved).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'shop-rehearsal-1a2b3' },
    data: { key: '1' },
  });
});

test.each([
  [
    { subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'shop' }] },
    { subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: move.to }] },
  ],
  [{ env: [{ name: 'WATCH_NAMESPACE', value: 'shop' }] }, { env: [{ name: 'WATCH_NAMESPACE', value: move.to }] }],
  [
    { env: [{ name: 'URL', value: 'http://redis.shop.svc.cluster.local:6379' }] },
    { env: [{ name: 'URL', value: `http://redis.${move.to}.svc.cluster.local:6379` }] },
  ],
  [{ env: [{ name: 'ADDR', value: 'redis.shop:6379' }] }, { env: [{ name: 'ADDR', value: `redis.${move.to}:6379` }] }],
  [
    { args: ['--namespace=shop', '--watch-namespaces shop'] },
    { args: [`--namespace=${move.to}`, `--watch-namespaces ${move.to}`] },
  ],
  [
    { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
    { matchLabels: { 'kubernetes.io/metadata.name': move.to } },
  ],
])('what names the namespace names the copy: %j', (given, moved) => {
  expect(spec({ spec: given }).spec).toEqual(moved);
});

test.each([
  { matchLabels: { app: 'shop' } },
  { env: [{ name: 'DATABASE', value: 'shop' }] },
  { image: 'registry.example.com/shop/shop:1' },
  { env: [{ name: 'URL', value: 'https://redis.shop.example.com/' }] },
  { args: ['--namespace=shop-two', 'http://redis.shopping.svc'] },
])('what only looks like it stays: %j', (given) => {
  expect(spec({ spec: given }).spec).toEqual(given);
});

test('a Service keeps no address and no port of the node; a headless one stays headless', () => {
  const ports = [{ port: 80, nodePort: 30_080 }];
  expect(spec({ spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports } }, 'Service').spec).toEqual({
    ports: [{ port: 80 }],
  });
  expect(spec({ spec: { clusterIP: 'None' } }, 'Service').spec).toEqual({ clusterIP: 'None' });
});
