import { expect, test } from 'vitest';
import type { KubeObject } from '../objects/kube-object.ts';
import { storeOf } from './sight.ts';

const object = (kind: string, name: string, owner?: string, resourceVersion = '1'): KubeObject => ({
  apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
  kind,
  metadata: {
    name,
    namespace: 'n',
    uid: `uid-${name}`,
    resourceVersion,
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: owner, uid: `uid-${owner}` }] }),
  },
});
const about = (name: string, reason: string, at = 0): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${name}-${reason}`, namespace: 'n', uid: `event-${name}-${reason}` },
  involvedObject: { kind: 'X', name, uid: `uid-${name}` },
  reason,
  lastTimestamp: new Date(at).toISOString(),
});
const root = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'n', name: 'web', uid: 'uid-web' };
const names = (list: readonly KubeObject[]) => list.map((o) => o.metadata.name);

test('children are found whichever order they are heard of in', () => {
  const store = storeOf([root]);
  store.put(object('Pod', 'web-rs-1', 'web-rs'));
  store.put(about('web-rs-1', 'Pulled'));
  expect(store.sight(0).tree).toEqual([]);
  store.put(object('ReplicaSet', 'web-rs', 'web'));
  store.put(object('Deployment', 'web'));
  expect(names(store.sight(0).tree)).toEqual(['web', 'web-rs', 'web-rs-1']);
  expect(store.sight(0).events.map((e) => e.reason)).toEqual(['Pulled']);
});

test("others' objects and events are not part of it, and don't count as a change", () => {
  const store = storeOf([root], [object('Deployment', 'web')]);
  const before = store.version();
  store.put(object('Pod', 'other-1', 'other'));
  store.put(about('other', 'Killing'));
  store.put(object('Pod', 'bare'));
  expect(store.version()).toBe(before);
  expect(names(store.sight(0).tree)).toEqual(['web']);
});

test('another object that takes the name is not it', () => {
  const store = storeOf([root], [object('Deployment', 'web')]);
  store.drop(object('Deployment', 'web'));
  store.put({ ...object('Deployment', 'web'), metadata: { ...object('Deployment', 'web').metadata, uid: 'uid-new' } });
  expect(store.sight(0).absent).toEqual([root]);
});

test('what a list after a gap no longer holds is gone', () => {
  const store = storeOf([root], [object('Deployment', 'web')]);
  store.put(object('ReplicaSet', 'old', 'web'));
  store.put(object('ReplicaSet', 'kept', 'web'));
  store.relist({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'n' }, [object('ReplicaSet', 'kept', 'web')]);
  expect(names(store.sight(0).tree)).toEqual(['web', 'kept']);
});

test('an older version that arrives late changes nothing', () => {
  const store = storeOf([root], [object('Deployment', 'web', undefined, '7')]);
  store.put(object('Deployment', 'web', undefined, '5'));
  expect(store.sight(0).roots[0]?.metadata.resourceVersion).toBe('7');
});
