import { expect, test } from 'vitest';
import { deploymentOf, record } from '../report/fixtures/record.ts';
import { type Fact, type ItemKind, planSkeleton } from '../workflow/index.ts';
import { planForm } from './fields.ts';
import { parsePlan } from './parse.ts';

const item = (kind: ItemKind, name: string, more: object = {}): Fact => ({
  type: 'claimed',
  item: { id: `${kind}-1`, kind, subject: `${kind}:${name}`, name, ...more },
});

test('a plan to start from has the form of a plan, and names what has evidence', () => {
  const d = deploymentOf(
    record(
      item('api', 'apps/v1/Deployment'),
      item('image', 'docker.io/library/redis:7'),
      item('api', 'example.org/v1/Thing', { provided_by: 'plan' }),
      item('assumption', 'it runs: # "really"\nphase_9: {}'),
    ),
  );
  const skeleton = planSkeleton(d);
  expect(skeleton).toContain('# images with evidence: docker.io/library/redis:7\n');
  expect(skeleton).toContain('# the plan brings: example.org/v1/Thing\n');
  const { plan, problems } = parsePlan(skeleton);
  expect(problems).toEqual([]);
  expect(plan).toMatchObject({
    component: 'app',
    target: 'ns',
    phases: [{ number: 1, rollback: ['undo'] }],
    validation: { functional: { none: '<why>' } },
  });
});

test('the form in words names every field of a plan and of a phase', () => {
  for (const field of ['component', 'secrets', 'phase_1', 'take_over', 'success_criteria', 'keep Kind/name: why'])
    expect(planForm()).toContain(field);
});
