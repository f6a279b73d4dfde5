import { expect, test } from 'vitest';
import { learningText, wordsOf } from './words.ts';

test('words are letters and digits of any script, each once, without operators and words that say nothing', () => {
  expect(wordsOf('NEAR("Redis:7", -Größe) OR redis*')).toEqual(['near', 'redis', '7', 'größe']);
  expect(wordsOf('"*"()^ and the')).toEqual([]);
});

test('a learning is found by title, situation, advice, tags and text; other facts are none', () => {
  const fact = {
    type: 'written',
    what: 'learning',
    text: 'x',
    title: 't',
    situation: 's',
    advice: 'a',
    tags: ['b', 'c'],
  };
  expect(learningText(fact)).toBe('t\ns\na\nb c\nx');
  expect(learningText({ ...fact, what: 'retro' })).toBeUndefined();
  expect(learningText({ ...fact, type: 'observed' })).toBeUndefined();
});
