import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCases } from '../../bench/commands/case.ts';
import { holds, judgeCase, workspace } from '../../bench/commands/judge.ts';

const read = (name: string) => readCases(readFileSync(join(import.meta.dirname, '..', 'cases', name), 'utf8'));
const cases = read('commands.tsv');
const { cwd, remove } = workspace();
afterAll(remove);

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(150);
});

test.each(cases)('$expected: $line', async (one) => {
  const judged = await judgeCase(one, cwd);
  expect(holds(one, judged), `${judged.outcome}: ${judged.because}`).toBe(true);
});

// Lines of the pages, scripts and Makefiles of public repositories (the third column), and lines of our own beside the given ones.
test.each(['commands-public.tsv', 'commands-siblings.tsv'])('every line of %s', async (name) => {
  const lines = read(name);
  expect(lines.length).toBeGreaterThan(250);
  const wrong: string[] = [];
  for (const one of lines) {
    const judged = await judgeCase(one, cwd);
    if (!holds(one, judged)) wrong.push(`${one.line}: ${one.expected}, got ${judged.outcome} ${judged.because}`);
  }
  expect(wrong).toEqual([]);
});
