// How a learning fared is counted over all deployments, and the last word on it decides whether it is retired.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ledger } from '../state/index.ts';
import { freshLedger } from '../state/ledger.fixture.ts';
import { addLearnings, allLearnings, withUse } from './learnings.records.ts';

let ledger: Ledger;
let end = () => {};

beforeEach(async () => {
  ({ ledger, end } = await freshLedger());
});
afterEach(() => end());

const judged = (deployment: string, at: string, about: string, helped: boolean) =>
  ledger.append(deployment, 0, [
    { at, by: { kind: 'server' }, fact: { type: 'written', what: 'judgement', text: 'seen', about, helped } },
  ]);

const imported = (title: string) =>
  addLearnings(
    ledger,
    [{ title, situation: 'here', advice: 'do it', tags: [], text: '' }],
    'a file',
    '2026-01-01T00:00:00.000Z',
  );

const used = async () =>
  (await withUse(ledger, await allLearnings(ledger))).map((l) => [l.title, l.used, l.helped, l.retired]);

test('one nobody followed is neither used nor retired', async () => {
  await imported('Mirror images');
  expect(await used()).toEqual([['Mirror images', 0, 0, false]]);
});

test('what runs said about it counts, also when it was imported and is spelt otherwise', async () => {
  await imported('Mirror images');
  await judged('a-1', '2026-01-02T00:00:00.000Z', 'mirror  IMAGES', true);
  await judged('b-1', '2026-01-03T00:00:00.000Z', 'Mirror images', false);
  await judged('c-1', '2026-01-03T00:00:00.000Z', 'Something else', true);
  expect(await used()).toEqual([['Mirror images', 2, 1, true]]);
});

test('the latest word decides, whatever order the deployments were opened in', async () => {
  await imported('Mirror images');
  await judged('a-1', '2026-01-05T00:00:00.000Z', 'Mirror images', true);
  await judged('b-1', '2026-01-03T00:00:00.000Z', 'Mirror images', false);
  expect(await used()).toEqual([['Mirror images', 2, 1, false]]);
});
