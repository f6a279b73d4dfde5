import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstOf, shortened } from './shortened.ts';

describe('shortened', () => {
  test.each([
    ['short', 10, 'short'],
    ['Deployment/web waits for ConfigMap/settings', 30, 'Deployment/web waits for … (19 more characters)'],
    ['one-word-that-is-far-too-long', 10, 'one-word-t … (19 more characters)'],
  ])('%s, %i: %s', (text, max, expected) => {
    expect(shortened(text, max)).toBe(expected);
  });

  test('keeps a beginning of the text, and says how much is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.integer({ min: 1, max: 50 }), (text, max) => {
        const short = shortened(text, max);
        if (text.length <= max) return short === text;
        const cut = short.lastIndexOf(' … (');
        const left = Number(/^ … \((\d+) more characters\)$/.exec(short.slice(cut))?.[1]);
        return text.startsWith(short.slice(0, cut)) && cut <= max && cut + left === text.length;
      }),
    );
  });

  test('leaves no half of a letter of two', () => {
    expect(shortened('𝒳𝒳𝒳', 3).isWellFormed()).toBe(true);
  });
});

describe('the first sentences', () => {
  test('are whole, and the others are counted', () => {
    expect(firstOf(['Config a is gone.', 'Config b is gone.', 'Config c is gone.'], 40)).toBe(
      'Config a is gone. Config b is gone. And 1 more.',
    );
    expect(firstOf(['Config a is gone.'], 40)).toBe('Config a is gone.');
  });

  test('are never none', () => {
    expect(firstOf(['Config a is gone.', 'Config b is gone.'], 8)).toBe('Config a … (9 more characters) And 1 more.');
  });
});
