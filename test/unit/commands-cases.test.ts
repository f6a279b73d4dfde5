import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCases } from '../../bench/commands/case.ts';
import { holds, judgeCase, workspace } from '../../bench/commands/judge.ts';

const cases = readCases(readFileSync(join(import.meta.dirname, '..', 'cases', 'commands.tsv'), 'utf8'));
const { cwd, remove } = workspace();
afterAll(remove);

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(150);
});

test.each(cases)('$expected: $line', async (one) => {
  const judged = await judgeCase(one, cwd);
  expect(holds(one, judged), `${judged.outcome}: ${judged.because}`).toBe(true);
});
