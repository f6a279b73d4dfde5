import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChangeWindow, WEEKDAYS, windowState } from './change-windows.ts';

const OFFICE: ChangeWindow = {
  days: ['mon', 'tue', 'wed', 'thu'],
  from: '09:00',
  to: '16:00',
  time_zone: 'Europe/Berlin',
};
const NIGHT: ChangeWindow = { days: ['sat'], from: '22:30', to: '02:00', time_zone: 'America/New_York' };

describe('change windows', () => {
  test.each<[string, readonly ChangeWindow[], string, string]>([
    ['none: always open', [], '2026-11-27T22:00:00.000Z', 'open'],
    ['its first minute is in it', [OFFICE], '2026-11-26T08:00:00.000Z', 'open'],
    ['the minute before is not', [OFFICE], '2026-11-26T07:59:59.999Z', '2026-11-26T08:00:00.000Z'],
    [
      'its end is not in it: Thursday evening waits for Monday',
      [OFFICE],
      '2026-11-26T15:00:00.000Z',
      '2026-11-30T08:00:00.000Z',
    ],
    ['summer time moves it', [OFFICE], '2026-07-01T07:00:00.000Z', 'open'],
    ['over midnight, before it', [NIGHT], '2026-11-29T03:30:00.000Z', 'open'],
    ['over midnight, after it', [NIGHT], '2026-11-29T06:59:00.000Z', 'open'],
    ['over midnight, at its end', [NIGHT], '2026-11-29T07:00:00.000Z', '2026-12-06T03:30:00.000Z'],
    ['any of several', [NIGHT, OFFICE], '2026-11-26T10:00:00.000Z', 'open'],
    [
      'an hour that the clocks leave out: the week after',
      [{ days: ['sun'], from: '02:10', to: '02:50', time_zone: 'Europe/Berlin' }],
      '2026-03-28T12:00:00.000Z',
      '2026-04-05T00:10:00.000Z',
    ],
    [
      'two minutes a week',
      [{ ...OFFICE, days: ['fri'], from: '09:01', to: '09:03' }],
      '2026-11-28T00:00:00.000Z',
      '2026-12-04T08:01:00.000Z',
    ],
    ['no day at all', [{ ...OFFICE, days: [] }], '2026-11-26T10:00:00.000Z', 'never'],
  ])('%s', (_, windows, now, expected) => {
    const state = windowState(windows, now);
    expect(state.open ? 'open' : (state.next ?? 'never')).toBe(expected);
  });

  const time = fc
    .record({ h: fc.nat(23), m: fc.nat(59) })
    .map(({ h, m }) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
  const window = fc.record({
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    from: time,
    to: time,
    time_zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Chatham'),
  });

  test('what is said to open next is open then, and was closed the minute before', () => {
    fc.assert(
      fc.property(window, fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }), (one, at) => {
        const state = windowState([one], new Date(at).toISOString());
        if (state.open || state.next === undefined) return;
        expect(windowState([one], state.next)).toEqual({ open: true });
        const before = new Date(Date.parse(state.next) - 60_000).toISOString();
        expect(windowState([one], before).open).toBe(false);
        expect(Date.parse(state.next)).toBeGreaterThan(at - 60_000);
      }),
      { numRuns: 60 },
    );
  });
});
