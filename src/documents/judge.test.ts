import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderFor } from '../../test/support/charts.ts';
import { expectationsIn, judge } from './judge.fixture.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'test', 'cases', 'documents');

describe('the cases of test/cases/documents', async () => {
  const results = await judge(FOLDER, renderFor);
  for (const { name, skipped, expectations, surplus } of results) {
    const asked = skipped === undefined ? name : `${name}: ${skipped}, run "infragate sandbox helm"`;
    it.skipIf(skipped !== undefined)(asked, () => {
      expect(expectations.filter((e) => !e.holds).map((e) => `${e.text} ← ${e.instead}`)).toEqual([]);
      expect(surplus).toEqual([]);
    });
  }
});

describe('an expectation that the judge doesn’t know is an error', () => {
  it.each([
    'expect: D HIGH privileged',
    'expect: A high privileged',
    'expect: A HIGH privileged where=12',
    'expect: A HIGH no-such-rule',
    'expected: A HIGH privileged',
    'not-quote: A HIGH privileged',
    'not-adjustment: A bind-mount',
  ])('%s', (line) => {
    expect(() => expectationsIn(`# ${line}\n`, 'case')).toThrow(/^case: /);
  });

  it('and a rule that is new is one to be looked for', () => {
    expect(expectationsIn('# expect: A HIGH NEW:anything at=12\n', 'case')).toMatchObject([{ at: '12' }]);
  });
});
