import type { Instant } from './facts.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When phases may be applied: on these days, from a time of day (included) to another (excluded; earlier: on the next day). */
export type ChangeWindow = {
  readonly days: readonly Weekday[];
  /** `HH:MM`, 24 hours, as clocks in the time zone show it. */
  readonly from: string;
  readonly to: string;
  /** IANA's name, `Europe/Berlin`. */
  readonly time_zone: string;
};

const DAY_MINUTES = 24 * 60;
/** A window of one day a week is found; in a week without that hour (clocks go forward) the week after. */
const LOOK_AHEAD_MINUTES = 15 * DAY_MINUTES;
/** Looked at so often; a window that is shorter is looked for more often. */
const STEP_MINUTES = 5;

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

/** In minutes; from a time to the same one is a whole day. */
const lengthOf = ({ from, to }: ChangeWindow): number =>
  (minutesOf(to) - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;

/** Answers whether a window is open at a moment; the time zone's rules are the ones that Node brings. */
function opening({ days, from, to, time_zone }: ChangeWindow): (at: number) => boolean {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: time_zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [first, last] = [minutesOf(from), minutesOf(to)];
  return (at) => {
    const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    const today = WEEKDAYS.findIndex((day) => day === parts.weekday?.toLowerCase());
    const yesterday = (today + WEEKDAYS.length - 1) % WEEKDAYS.length;
    const on = (day: number) => days.some((one) => one === WEEKDAYS[day]);
    const minute = minutesOf(`${parts.hour}:${parts.minute}`);
    if (first < last) return on(today) && minute >= first && minute < last;
    return (on(today) && minute >= first) || (on(yesterday) && minute < last);
  };
}

export type WindowState =
  | { readonly open: true }
  /** `next`: when one opens, to the minute; undefined where none does within two weeks. */
  | { readonly open: false; readonly next: Instant | undefined };

/** Without any window there is none to wait for. */
export function windowState(windows: readonly ChangeWindow[], now: Instant): WindowState {
  const opens = windows.map(opening);
  const isOpen = (at: number) => opens.some((one) => one(at));
  const minute = 60_000;
  const start = Math.floor(Date.parse(now) / minute) * minute;
  if (windows.length === 0 || isOpen(start)) return { open: true };
  const step = Math.min(STEP_MINUTES, ...windows.map(lengthOf));
  for (let ahead = step; ahead <= LOOK_AHEAD_MINUTES; ahead += step) {
    if (!isOpen(start + ahead * minute)) continue;
    const back = [...Array(step).keys()].findLast((less) => isOpen(start + (ahead - less) * minute)) ?? 0;
    return { open: false, next: new Date(start + (ahead - back) * minute).toISOString() };
  }
  return { open: false, next: undefined };
}

export const windowWords = ({ days, from, to, time_zone }: ChangeWindow): string =>
  `${days.join(', ')} ${from} to ${to} (${time_zone})`;
