import { expect, test } from 'vitest';
import { isDefaultClass } from './storage-class.ts';

test.each([
  [{ 'storageclass.kubernetes.io/is-default-class': 'true' }, true],
  [{ 'storageclass.beta.kubernetes.io/is-default-class': 'true' }, true],
  [{ 'storageclass.kubernetes.io/is-default-class': 'false' }, false],
  [undefined, false],
])('a StorageClass with %j is the default: %s', (annotations, expected) => {
  const metadata = { name: 'gp2', ...(annotations === undefined ? {} : { annotations }) };
  expect(isDefaultClass({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata })).toBe(expected);
});
