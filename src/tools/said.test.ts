import { expect, test } from 'vitest';
import { together } from './said.ts';

const learning = (title: string, advice: string) => ({ title, situation: 'a quota', advice, tags: [] });

test('a retrospective that is written again adds to what was said', () => {
  const first = together({}, { went_well: ['it was quick'], learnings: [learning('Quotas', 'ask first')] });
  const both = together(first, {
    deployment: 'web-1',
    went_well: ['it was quick', 'nothing broke'],
    missing: ['a dashboard'],
    learnings: [learning('quotas', 'ask early'), learning('Images', 'mirror them')],
  });
  expect(both).toEqual({
    went_well: ['it was quick', 'nothing broke'],
    missing: ['a dashboard'],
    learnings: [learning('quotas', 'ask early'), learning('Images', 'mirror them')],
  });
  expect(together(both, {})).toEqual(both);
});
