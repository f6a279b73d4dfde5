// Learnings are kept once, counted when a later run followed them, and retired when it found them wrong.

import { expect, test } from 'vitest';
import type { Deployment, Fact } from '../workflow/index.ts';
import { deploymentOf, record } from './fixtures/record.ts';
import { learningsOf, type Note } from './index.ts';

const learning = (title: string, advice: string): Fact => ({
  type: 'written',
  what: 'learning',
  text: advice,
  title,
  situation: 'here',
  advice,
  tags: [],
});
const judged = (title: string, helped: boolean): Fact => ({
  type: 'written',
  what: 'judgement',
  text: 'seen',
  about: title,
  helped,
});
const run = (id: string, ...facts: Fact[]) => deploymentOf(record(...facts), id);
const kept = (runs: readonly Deployment[]) => {
  const notes = runs.flatMap((d) => d.written.map((written): Note => ({ ...written, deployment: d.id })));
  return learningsOf(notes, notes);
};

test('one title is one learning, whatever the case and the spaces; the first stays', () => {
  const [one, ...more] = kept([
    run('app-1', learning('Mirror images', 'first')),
    run('app-2', learning(' mirror  Images', 'second'), learning('Mirror images', 'third')),
  ]);
  expect(one).toMatchObject({ id: 'app-1/2', advice: 'first', used: 0, helped: 0, retired: false });
  expect(more).toEqual([]);
});

test('counts who followed it and whom it helped', () =>
  expect(
    kept([
      run('app-1', learning('Mirror images', 'first')),
      run('app-2', judged('mirror images', false), judged('Mirror images', true)),
    ]),
  ).toMatchObject([{ used: 2, helped: 1, retired: false }]));

test('is retired by the last run that followed it, until one finds it right again', () => {
  const taught = run('app-1', learning('Mirror images', 'first'));
  expect(kept([taught, run('app-2', judged('Mirror images', false))])).toMatchObject([{ retired: true }]);
  expect(kept([taught, run('app-2', judged('Mirror images', false), judged('Mirror images', true))])).toMatchObject([
    { retired: false },
  ]);
});

test('a judgement of something else says nothing about it', () =>
  expect(
    kept([run('app-1', learning('Mirror images', 'first')), run('app-2', judged('Ask for quota', false))]),
  ).toMatchObject([{ used: 0, retired: false }]));
