import { expect, test } from 'vitest';
import { waitBefore } from './connection.ts';

const failure = (status: number, code?: string) => ({
  status,
  reason: 'X',
  message: '',
  ...(code === undefined ? {} : { code }),
});

test.each([
  ['read', failure(429), true],
  ['read', failure(500), true],
  ['read', failure(503), true],
  ['read', failure(501), false],
  ['read', failure(404), false],
  ['read', failure(0, 'ECONNRESET'), true],
  ['read', failure(0, 'ECONNREFUSED'), true],
  ['read', failure(0, 'TIMEOUT'), false],
  ['read', failure(0, 'CERT_HAS_EXPIRED'), false],
  ['write', failure(429), true],
  ['write', failure(0, 'ECONNREFUSED'), true],
  ['write', failure(0, 'ECONNRESET'), false],
  ['write', failure(500), false],
  ['write', failure(503), false],
  ['once', failure(429), false],
] as const)('a %s that met %j is sent again: %s', (repeat, error, expected) => {
  expect(waitBefore(error, repeat, 1) !== undefined).toBe(expected);
});

test('the server says when, within reason, and not for ever', () => {
  expect(waitBefore({ ...failure(429), retryAfterMs: 2000 }, 'read', 1)).toBe(2000);
  expect(waitBefore({ ...failure(429), retryAfterMs: 3_600_000 }, 'read', 1)).toBe(10_000);
  expect(waitBefore(failure(429), 'read', 5)).toBeUndefined();
});
