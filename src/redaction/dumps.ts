import { HIDDEN } from './shapes.ts';

/**
 * Bytes as tools dump them: `43 6e` (od, hexdump), `436e 3472` (xxd), `43:6E`, `\x43`, `\u0043`, `%43`, `=43`, `0x43, `,
 * `&#x43;`. Each step consumes two digits, so a text is read once.
 */
const DUMP = /(?:(?:[:,;] ?| )?(?:0x|\\x|\\u00|&#x|%|=)?[0-9A-Fa-f]{2}){8,}/g;
const BYTES = 8;

/** A line of a dump shows 16 bytes: of a value's pieces of eight, one is whole in it. */
export function dumpsOf(values: Iterable<string>): (text: string) => string {
  const pieces = new Set<string>();
  for (const value of values) {
    const bytes = Buffer.from(value).toString('latin1');
    for (let at = 0; at + BYTES <= bytes.length; at += BYTES) pieces.add(bytes.slice(at, at + BYTES));
  }
  if (pieces.size === 0) return (text) => text;
  const shows = (run: string): boolean => {
    const pairs = run.replace(/0x|\\u00/g, ' ').match(/[0-9A-Fa-f]{2}/g) ?? [];
    const bytes = Buffer.from(pairs.join(''), 'hex').toString('latin1');
    for (let at = 0; at + BYTES <= bytes.length; at += 1) if (pieces.has(bytes.slice(at, at + BYTES))) return true;
    return false;
  };
  return (text) =>
    text
      .split('\n')
      .map((line) => {
        // What follows on the line is the same bytes as text.
        for (const run of line.matchAll(DUMP))
          if (shows(run[0])) return `${line.slice(0, run.index + run[0].search(/\S/))}${HIDDEN}`;
        return line;
      })
      .join('\n');
}
