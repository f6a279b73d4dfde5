/** What a source was read as, and where in it something stands. */
export type PartKind = 'markdown' | 'asciidoc' | 'rst' | 'html' | 'yaml' | 'shell' | 'text';

export type Part = {
  /** A path below the source, or its URL's last part. */
  readonly name: string;
  readonly kind: PartKind;
  readonly text: string;
  /** Its prose only: what stands in its code is an example, not what is deployed. */
  readonly prose?: true;
  /** Why it was not read; it has no text then. */
  readonly unread?: string;
};

export type Place = {
  readonly part: string;
  /** The nearest heading above, `''` where there is none. */
  readonly heading: string;
  /** From 1, in the part as it was read. */
  readonly line: number;
  /** The document's own words there, at most 200 characters, one line. */
  readonly quote: string;
  /** The compose service or the object it stands in. */
  readonly owner?: string;
  /** Why what stands there isn't started by default: a compose profile. It then holds no gate. */
  readonly optional?: string;
};

export const QUOTE_LENGTH = 200;

/** What follows a name like this is a value nobody should see in an answer. */
const SECRET =
  /((?<![\w.-])[\w.-]*(?:password|passwd|secret[_-]?key|token|api[_-]?key|access[_-]?key|allowed_keys)["']?\s*[:=]\s*|--?requirepass\s+)\S.*/i;

/**
 * One line of at most 200 characters without control or direction characters, so that a quote stays a quote, and without
 * what looks like a secret's value.
 */
export function quoted(text: string): string {
  const line = text
    .slice(0, 4 * QUOTE_LENGTH)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(SECRET, '$1…');
  return line.length <= QUOTE_LENGTH ? line : `${line.slice(0, QUOTE_LENGTH - 1)}…`;
}

/**
 * A name from a document, fit to stand in our own sentences: one word of the characters that names are made of. Anything
 * else is a document trying to speak, and is left to the quotes.
 */
export function word(value: unknown): string {
  const text = String(value ?? '');
  return /^[\w./:@*+-]{1,120}$/.test(text) ? text : '(see the quote)';
}
