import { expect, test } from 'vitest';
import { deploymentOf, record } from '../report/fixtures/record.ts';
import type { Deployment, Fact, Item } from '../workflow/index.ts';
import { claim, claims, near, numbering, readLists } from './items.ts';

const deployment = (...facts: Fact[]): Deployment => deploymentOf(record(...facts));
const item = (id: string, subject: string, more: Partial<Item> = {}): Item => ({
  id,
  kind: 'api',
  subject,
  name: subject,
  ...more,
});

test('ids are counted per kind, over what was retired, too, and a subject keeps its own', () => {
  const d = deployment(claim(item('api-1', 'api:v1/Pod')), claim(item('api-2', 'api:v1/Service')), {
    type: 'retired',
    subject: 'api:v1/Service',
    because: 'not used any more',
  });
  const number = numbering(d);
  expect(number('api', 'api:apps/v1/Deployment')).toBe('api-3');
  expect(number('image', 'image:docker.io/library/redis:7')).toBe('image-1');
  expect(number('api', 'api:v1/Service')).toBe('api-2');
  expect(number('api', 'api:apps/v1/Deployment')).toBe('api-3');
});

test('two spellings of one thing are one item', async () => {
  const read = await readLists({
    assumed_apis: ['core/v1/Pod', 'v1/Pod'],
    planned_images: ['redis:7', 'docker.io/library/redis:7'],
  });
  expect(read.ok && read.wanted.map((w) => w.subject)).toEqual(['api:v1/Pod', 'image:docker.io/library/redis:7']);
});

test('every wrong name is told with its field', async () => {
  const read = await readLists({ assumed_apis: ['v1/Pod', 'a/b/c/d'], planned_images: ['Bad Image'] });
  expect(read).toMatchObject({ ok: false, refusal: { code: 'BAD_INPUT' } });
  expect(read.ok ? '' : read.refusal.message).toMatch(/assumed_apis\[1\].*planned_images\[0\]/);
});

test('what is on record as it is said again is not claimed again; looking at it does not take it from the plan', () => {
  const d = deployment(
    claim(item('api-1', 'api:v1/Pod')),
    claim(item('api-2', 'api:x.io/v1/Thing', { provided_by: 'plan' })),
  );
  const pod = { kind: 'api', subject: 'api:v1/Pod', name: 'v1/Pod' } as const;
  const thing = { kind: 'api', subject: 'api:x.io/v1/Thing', name: 'x.io/v1/Thing' } as const;
  expect(claims(d, [pod, thing], numbering(d), false)).toEqual([]);
  expect(claims(d, [pod, thing], numbering(d), true)).toMatchObject([{ id: 'api-2', subject: thing.subject }]);
  expect(claims(d, [{ ...pod, provided_by: 'plan' }], numbering(d), false)).toMatchObject([
    { id: 'api-1', provided_by: 'plan' },
  ]);
});

test('a name nobody knows is answered with the nearest', () => {
  const items = [item('api-1', 'api:apps/v1/Deployment', { name: 'apps/v1/Deployment' })];
  expect(near('apps/v1/Deploymnet', items)).toContain('apps/v1/Deployment');
  expect(near('xyz', [])).toBe('no item is on record');
});
