import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha256 } from './hmac.ts';

test('it is what node:crypto says, of any key and text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  fc.assert(
    fc.property(text, text, (key, message) => {
      const [k, m] = [key.toWellFormed(), message.toWellFormed()];
      expect(hmacSha256(k, m)).toBe(createHmac('sha256', k).update(m).digest('hex'));
    }),
    { numRuns: 40 },
  );
});

test.each([0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 4096, 100_000])('and at the edges of a block: %i', (length) => {
  const [key, message] = ['k'.repeat(length % 200), 'm'.repeat(length)];
  expect(hmacSha256(key, message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
});
