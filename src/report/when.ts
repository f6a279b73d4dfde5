/** An instant of the record in the reader's own time, with its offset: `2026-11-27 19:40:05 +01:00`. */
export function localTime(at: string, offset_minutes: number = -new Date(at).getTimezoneOffset()): string {
  const shifted = Date.parse(at) + offset_minutes * 60_000;
  if (Number.isNaN(shifted)) return at;
  const clock = new Date(shifted).toISOString().slice(0, 19).replace('T', ' ');
  const [hours, minutes] = [Math.floor(Math.abs(offset_minutes) / 60), Math.abs(offset_minutes) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${clock} ${offset_minutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

/** Every instant in a text for a person; programs get UTC. */
export const inLocalTime = (text: string, offset_minutes?: number): string =>
  text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\b/g, (at) => localTime(at, offset_minutes));
