import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  escapeJson,
  visible,
  visibleJson,
  visibleLetters,
  visibleLines,
  visibleValue,
  visibleWithin,
} from './visible.ts';

/** What can steer a terminal or a reader's eye: none of it may be left. */
const STEERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

const HOSTILE: readonly (readonly [string, string])[] = [
  ['an escape sequence', '\u001b[2J'],
  ['an OSC', '\u001b]52;c;eA==\u0007'],
  ['a CSI of C1', '\u009b2J'],
  ['a right-to-left override', 'a\u202Eb'],
  ['isolates', '\u2066a\u2069'],
  ['a zero-width space', 'a\u200Bb'],
  ['a zero-width joiner', 'a\u200Db'],
  ['a byte order mark', '\uFEFFa'],
  ['a soft hyphen', 'a\u00ADb'],
  ['Hangul fillers', '\u115F\u1160\u3164\uFFA0'],
  ['a Mongolian vowel separator', 'a\u180Eb'],
  ['a variation selector', 'a\uFE0Fb'],
  ['a tag', 'a\u{E0041}b'],
  ['a blank Braille pattern', 'a\u2800b'],
  ['a line separator', 'a\u2028b'],
  ['half a surrogate pair', 'a\uD800b'],
];

test.each(HOSTILE)('%s is shown by its number', (_name, text) => {
  expect(visible(text)).toMatch(/<U\+[0-9A-F]{4,6}>/);
  expect(visible(text)).not.toMatch(STEERS);
  expect(visibleLines(text)).not.toMatch(STEERS);
  expect(JSON.stringify(visibleValue({ [text]: [text] }))).not.toMatch(STEERS);
});

test('whatever is given, what comes out steers nothing, and is the same when shown again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(visible(text)).not.toMatch(STEERS);
      expect(visibleLines(text).replace(/[\n\t]/g, '')).not.toMatch(STEERS);
      expect(visibleLines(visibleLines(text))).toBe(visibleLines(text));
    }),
  );
});

test('JSON keeps its value, with what is hidden as escapes', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
      expect(JSON.parse(escapeJson(json))).toEqual(JSON.parse(json));
      expect(visibleJson(JSON.parse(json))).not.toMatch(STEERS);
    }),
  );
});

describe('one line', () => {
  test('a newline can not make another one', () => {
    expect(visible('a\nNothing changed.')).toBe('a<U+000A>Nothing changed.');
    expect(visible('a\r\nb\u2028c')).not.toMatch(/[\r\n\u2028]/);
  });

  test('a cut is given with what it left out', () => {
    expect(visibleWithin('a'.repeat(12), 10)).toBe(`${'a'.repeat(10)}… (cut: 2 more characters)`);
    expect(visibleWithin('short', 10)).toBe('short');
  });

  test('blanks that are no space, and marks piled on one letter, are shown', () => {
    expect(visible('a\u00A0b\u3000c')).toBe('a<U+00A0>b<U+3000>c');
    expect(visible(`Z${'\u0301'.repeat(40)}`).length).toBeLessThan(20);
  });
});

test('arguments of a call stay exactly what they are', () => {
  const next = [{ tool: 'tracer-bullet', arguments: { assumption: 'a\u200Db' } }];
  expect(visibleValue({ next })).toEqual({ next });
});

test('letters are counted as they are seen', () => {
  expect(visibleLetters('\u200b'.repeat(60))).toBe(0);
  expect(visibleLetters('\u3164 \n\t\u2800')).toBe(0);
  expect(visibleLetters('two words')).toBe(8);
});
