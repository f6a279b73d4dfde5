import { expect, test } from 'vitest';
import type { Answered } from './cluster-reality-check.answer.ts';
import { folded } from './reality-fold.ts';

const passed = (n: number, reason = 'Served'): Answered => ({
  name: `apps/v1/Kind${n}`,
  status: 'PASS',
  reason,
  evidence: { id: '0123456789ab' },
});
const failed: Answered = {
  name: 'apps/v1/Kimd',
  status: 'FAIL',
  reason: 'KindNotServed',
  evidence: { asked: 'is apps/v1/Kimd served?', id: 'ba9876543210', where: 'line 3' },
  error: 'group apps is served, but no kind Kimd in it',
  suggestion: 'apps/v1/Kind1',
};
const many = (count: number, reason?: string) => Array.from({ length: count }, (_, i) => passed(i, reason));

test('an ordinary answer is told whole, each item with its reason and evidence', () => {
  const lists = { apis: [...many(40), failed] };
  expect(folded(lists)).toEqual({ lists });
});

test('a large one tells evidence by reference first, then a reason once, and never less of what did not pass', () => {
  const larger = folded({ apis: [...many(85), failed] });
  expect(larger.passed).toEqual({});
  expect(larger.lists.apis?.[0]).toEqual({ name: 'apps/v1/Kind0', status: 'PASS', reason: 'Served' });

  const largest = folded({ apis: [...many(200), passed(999, 'ServedDeprecated'), failed] });
  expect(largest.passed).toEqual({ apis: 'Served' });
  expect(largest.lists.apis?.[0]).toEqual({ name: 'apps/v1/Kind0', status: 'PASS' });
  // Another reason than the one said once stays with its item.
  expect(largest.lists.apis?.at(-2)).toEqual({ name: 'apps/v1/Kind999', status: 'PASS', reason: 'ServedDeprecated' });
  const { evidence: _, ...told } = failed;
  expect(largest.lists.apis?.at(-1)).toEqual({ ...told, evidence: { where: 'line 3' } });
});

test('the reason said once is the one most items of that list have', () => {
  const { passed: shared } = folded({ apis: many(150), images: many(90, 'Pullable'), operators: [] });
  expect(shared).toEqual({ apis: 'Served', images: 'Pullable' });
});
