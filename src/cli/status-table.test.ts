import { expect, test } from 'vitest';
import { plainLine } from '../print/index.ts';
import { age, statusTable } from './status-table.ts';

const now = '2026-11-27T12:00:00.000Z';

test('ages in the largest unit', () => {
  expect(age('2026-11-24T11:00:00Z', now)).toBe('3d');
  expect(age('2026-11-27T07:30:00Z', now)).toBe('4h');
  expect(age('2026-11-27T11:48:00Z', now)).toBe('12m');
  expect(age('2026-11-27T11:59:52Z', now)).toBe('8s');
  expect(age('2026-11-27T12:00:09Z', now)).toBe('0s');
});

test('columns are as wide as what is in them, and no line is wider than the terminal', () => {
  const listed = [
    { deployment: 'web-1', namespace: 'shop', stage: 'completed', started_at: '2026-11-26T12:00:00Z' },
    { deployment: `api-${'x'.repeat(60)}-1`, namespace: 'team', stage: 'abandoned', started_at: now },
  ];
  const lines = statusTable(listed, new Map(), now, 90).map(plainLine);
  expect(lines[0]).toMatch(/^NAME +NAMESPACE/);
  expect(lines[1]).toMatch(/^web-1 +shop/);
  expect(lines.every((line) => line.length <= 90)).toBe(true);
  expect(statusTable(listed.slice(0, 1), new Map(), now, 100).map(plainLine)[1]).toBe(
    'web-1  shop       completed        1d',
  );
});
