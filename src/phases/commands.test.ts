import { expect, test } from 'vitest';
import { lastLines } from './commands.ts';

test('of a command that succeeded the last lines are kept, and how many came before', () => {
  const long = Array.from({ length: 100 }, (_, i) => `line ${i + 1}\n`).join('');
  expect(lastLines(long, 3)).toBe('[… 97 lines before left out …]\nline 98\nline 99\nline 100\n');
  expect(lastLines('a\nb\n', 3)).toBe('a\nb\n');
  expect(lastLines('', 3)).toBe('');
});
