import { expect, test } from 'vitest';
import { warningsIn } from './warning.ts';

test.each([
  [undefined, []],
  ['299 - "v1 Endpoints is deprecated"', ['v1 Endpoints is deprecated']],
  // Node joins repeated headers with a comma; the texts hold commas and escaped quotes themselves.
  ['299 - "one, two", 299 - "unknown field \\"spec.x\\""', ['one, two', 'unknown field "spec.x"']],
  [
    ['299 - "a"', '299 kube "b"', '299 - "a"'],
    ['a', 'b'],
  ],
  ['garbage', []],
])('%j holds %j', (warning, expected) => {
  expect(warningsIn({ warning })).toEqual(expected);
});
