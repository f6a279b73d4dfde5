import { expect, test } from 'vitest';
import { paged } from './divergence-check.answer.ts';

const lines = Array.from({ length: 400 }, (_, i) => `- HIGH finding ${i}: ${'x'.repeat(60)}`);

test('every line of a long answer is on exactly one page, and each page says how the next is had', () => {
  const first = paged(lines, 1);
  const pages = Number(/page 1 of (\d+)/.exec(first)?.[1]);
  const all = Array.from({ length: pages }, (_, i) => paged(lines, i + 1));
  expect(all.flatMap((page) => page.split('\n').filter((line) => line.startsWith('- ')))).toEqual(lines);
  expect(first).toContain('page: 2');
  for (const page of all) expect(page.length).toBeLessThan(7300);
  expect(paged(lines, pages + 1)).toContain(`there are ${pages} pages`);
});

test('a short answer has no pages', () => {
  expect(paged(['one', 'two'], 1)).toBe('one\ntwo');
});
