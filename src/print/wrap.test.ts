import { expect, test } from 'vitest';
import { hanging, wrapped } from './wrap.ts';

test('lines are wrapped at spaces, and a long word stays whole', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped(`a ${'x'.repeat(20)} b`, 8)).toEqual(['a', 'x'.repeat(20), 'b']);
});

test.each([
  ['a line that fits', 'a line that fits'],
  ['a line that is too long for it', 'a line that is too\nlong for it'],
  ['  - a point that is too long for it', '  - a point that is\n    too long for it'],
  ['✗ cluster: nothing that answers', '✗ cluster: nothing\n  that answers'],
  ['12. the twelfth of many points', '12. the twelfth of\n    many points'],
  ['| a | row of a table that is long |', '| a | row of a table that is long |'],
  ['{"json": "stays as it is, to be read"}', '{"json": "stays as it is, to be read"}'],
  ['', ''],
])('%j goes on under its own text', (line, shown) => expect(hanging(line, 20)).toBe(shown));
