/**
 * Text from outside (an agent, a plan, a document, a registry, the API server, a container) is made safe to show here and
 * nowhere else. `Visible` is the type of text that has been through it: no character in it moves the cursor, changes the
 * colour or the direction, or takes no room. Whoever wrote the text is not asked.
 */
declare const shown: unique symbol;
export type Visible = string & { readonly [shown]: true };

/**
 * Control (ESC, the C1 forms of CSI and OSC), format (zero-width, bidirectional, tags), line and paragraph separators,
 * half surrogates, and what Unicode calls default-ignorable (Hangul fillers, the grapheme joiner, variation selectors).
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Blanks that are not the space: they pass for it, or for nothing. */
const BLANK = /[^\P{Zs} ]/gu;

/** More marks on one letter than any script writes climb over the lines around it. */
const STACKED = /(\p{M}{4})\p{M}+/gu;

const codePoint = (c: string): string => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;

const bare = (text: string): string =>
  text.replace(HIDDEN, codePoint).replace(BLANK, codePoint).replace(STACKED, '$1<marks>');

const made = (text: string): Visible => text as Visible;

/** On one line: a newline in it is shown as `<U+000A>`, so it can't pass for a line of ours. */
export const visible = (text: string): Visible => made(bare(text.replaceAll('\t', '  ')));

/** Text of several lines: its newlines and tabs are kept. */
export const visibleLines = (text: string): Visible =>
  made(
    text
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((line) => line.split('\t').map(bare).join('\t'))
      .join('\n'),
  );

/** On one line of at most `most` characters, with the cut given. White space, newlines too, is one space. */
export function visibleWithin(text: string, most: number): Visible {
  const line = text.replace(/\s+/g, ' ').trim();
  const whole = visible(line);
  if (whole.length <= most) return whole;
  return made(`${visible(line.slice(0, most).toWellFormed())}… (cut: ${line.length - most} more characters)`);
}

/** Every text within a JSON value, except arguments of calls: those must stay exactly what the tool is to be given. */
export function visibleValue(value: unknown): unknown {
  if (typeof value === 'string') return visibleLines(value);
  if (Array.isArray(value)) return value.map(visibleValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [visible(key), key === 'arguments' ? member : visibleValue(member)]),
  );
}

/** JSON of the same value in which every hidden character is an escape. */
export const visibleJson = (value: unknown): Visible => escapeJson(JSON.stringify(value) ?? 'null');

export const escapeJson = (json: string): Visible =>
  made(
    json.replace(HIDDEN, (c) =>
      c.split('').reduce((text, unit) => `${text}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`, ''),
    ),
  );

/** Is there anything in it that a reader would not see, or not see as it is? */
export const hasHidden = (text: string): boolean => text.search(HIDDEN) >= 0;

/** A blank that is not the space. */
export const hasOddBlank = (text: string): boolean => text.search(BLANK) >= 0;

/** How many letters, digits and signs a reader sees: blanks and hidden characters are none. */
export const visibleLetters = (text: string): number => [...text.replace(HIDDEN, '').replace(/[\s\p{M}]/gu, '')].length;
