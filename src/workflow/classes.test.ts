import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outsideOf, repositoryOf } from './classes.ts';
import type { Allowance, ChangeClass, FieldChange } from './facts.ts';

const NOW = '2026-01-02T00:00:00.000Z';
const target = { namespace: 'shop', cluster: 'uid-1' };
const about = { started: { component: 'web' }, target } as Parameters<typeof outsideOf>[1];

const classOf = (allows: readonly Allowance[], more: Partial<ChangeClass> = {}): ChangeClass => ({
  id: 'c-1',
  component: 'web',
  cluster: 'uid-1',
  namespace: 'shop',
  allows: [...allows],
  until: '2026-02-01T00:00:00.000Z',
  ...more,
});

const IMAGE: Allowance = { kind: 'image', object: 'Deployment/web', repository: 'quay.io/team/web' };
const bump: FieldChange = {
  kind: 'image',
  object: 'Deployment/web',
  path: 'spec.template.spec.containers[main].image',
  from: 'quay.io/team/web:1',
  to: 'quay.io/team/web:2',
};
const scale: FieldChange = { kind: 'replicas', object: 'Deployment/web', path: 'spec.replicas', from: '1', to: '3' };
const level: FieldChange = { kind: 'value', object: 'ConfigMap/web', path: 'data.LEVEL', from: 'info', to: 'debug' };
const ALL: readonly Allowance[] = [
  IMAGE,
  { kind: 'replicas', object: 'Deployment/web', least: 1, most: 3 },
  { kind: 'value', object: 'ConfigMap/web', key: 'LEVEL' },
];

describe('a class of changes', () => {
  test('allows what it names', () => {
    expect(outsideOf(classOf(ALL), about, [bump, scale, level], NOW)).toEqual([]);
    expect(
      outsideOf(classOf([IMAGE]), about, [{ ...bump, to: `quay.io/team/web@sha256:${'a'.repeat(64)}` }], NOW),
    ).toEqual([]);
  });

  test.each<[string, FieldChange]>([
    ['another repository', { ...bump, to: 'quay.io/team/web2:1' }],
    ['a repository that only begins alike', { ...bump, to: 'quay.io/team/web/evil:1' }],
    ['the name in another registry', { ...bump, to: 'evil.io/quay.io/team/web:1' }],
    ['a registry with a port for a tag', { ...bump, to: 'quay.io:443/team/web:1' }],
    ['another object', { ...bump, object: 'Deployment/db' }],
    ['the same name of another kind', { ...bump, object: 'StatefulSet/web' }],
    ['more replicas', { ...scale, to: '4' }],
    ['none', { ...scale, to: '0' }],
    ['a number in words of another', { ...scale, to: '3e0' }],
    ['another key', { ...level, path: 'data.LEVEL2' }],
    ['a key that has the name at its end', { ...level, path: 'data.A.LEVEL' }],
    ['another kind of change of that field', { ...level, kind: 'image' }],
    ['a field that is called a number of replicas', { ...scale, path: 'spec.template.spec.hostNetwork' }],
    ['a field that is called an image', { ...bump, path: 'spec.template.spec.hostNetwork' }],
  ])('does not allow %s', (_, change) => {
    expect(outsideOf(classOf(ALL), about, [bump, change], NOW)).toHaveLength(1);
  });

  test.each<[string, Partial<ChangeClass>]>([
    ['another component', { component: 'web2' }],
    ['another namespace', { namespace: 'shop2' }],
    ['another cluster', { cluster: 'uid-2' }],
    ['until now', { until: NOW }],
  ])('of %s allows nothing', (_, more) => {
    expect(outsideOf(classOf(ALL, more), about, [bump], NOW)).toHaveLength(1);
  });

  test('allows no change at all when nothing changes', () => {
    expect(outsideOf(classOf(ALL), about, [], NOW)).not.toEqual([]);
  });

  const anyChange = fc.record({
    kind: fc.constantFrom('image' as const, 'replicas' as const, 'value' as const),
    object: fc.constantFrom('Deployment/web', 'ConfigMap/web', 'Deployment/other'),
    path: fc.constantFrom('spec.replicas', 'data.LEVEL', 'data.OTHER', bump.path, 'spec.template.spec.hostNetwork'),
    from: fc.constantFrom('1', 'quay.io/team/web:1', 'x'),
    to: fc.constantFrom('2', '9', 'quay.io/team/web:2', 'evil.io/web:1'),
  });

  test('one change more never brings a plan inside, one allowance less never either', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1 }), anyChange, fc.subarray([...ALL]), (changes, more, allows) => {
        const inside = (c: readonly Allowance[], all: readonly FieldChange[]) =>
          outsideOf(classOf(c), about, all, NOW).length === 0;
        if (inside(allows, [...changes, more])) expect(inside(allows, changes)).toBe(true);
        if (inside(allows, changes)) expect(inside(ALL, changes)).toBe(true);
        for (const change of changes)
          if (inside(allows, changes)) {
            expect(allows.some((a) => a.object === change.object && a.kind === change.kind)).toBe(true);
            expect(change.path).not.toContain('hostNetwork');
          }
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['quay.io/team/web:1', 'quay.io/team/web'],
  ['localhost:5000/web', 'localhost:5000/web'],
  ['localhost:5000/web:2@sha256:abc', 'localhost:5000/web'],
])('the repository of %s is %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});
