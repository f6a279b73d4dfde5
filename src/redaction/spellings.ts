/**
 * How tools print a value: itself, a line of it, what is in it (a docker login's password, a connection string's), and
 * each of those as base64, hex, in a URL or within JSON.
 */
export type Spellings = {
  /** Hidden wherever they stand. */
  readonly texts: ReadonlySet<string>;
  /** Base64 of values, of which any longer piece is hidden. */
  readonly encoded: ReadonlySet<string>;
  /** What was given, of which a piece in a dump of bytes is hidden. */
  readonly values: ReadonlySet<string>;
};

/** A shorter value would hide half of any text: who has such a secret has none. */
const SHORTEST = 4;
/** A line or a part of a value is hidden only where it isn't an ordinary word or number. */
const SHORTEST_PART = 8;
const SHORTEST_TOKEN = 24;
/** A value of this size (a bundle, a release of Helm) is hidden whole and as base64, not in its parts. */
const LONGEST_IN_PARTS = 64 * 1024;

export function spellings(values: readonly string[]): Spellings {
  const texts = new Set<string>();
  const encoded = new Set<string>();
  for (const value of new Set(values)) {
    const parts = value.length > LONGEST_IN_PARTS ? [] : partsOf(value, 0);
    for (const text of new Set([value, value.trim(), ...parts])) {
      if (text.length < SHORTEST) continue;
      for (const one of written(text)) texts.add(one);
      const bytes = Buffer.from(text);
      // A long token is known by any longer piece of it, too.
      if (text.length >= SHORTEST_TOKEN && /^[\w+/=-]+$/.test(text)) encoded.add(text);
      // Behind one or two other bytes the same value has another base64.
      for (let shift = 0; shift < (value.length > LONGEST_IN_PARTS ? 1 : 3); shift += 1) {
        const base64 = unpadded(Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64'));
        const own = base64.slice(shift === 0 ? 0 : shift + 1, (bytes.length + shift) % 3 === 0 ? undefined : -1);
        encoded.add(own);
        encoded.add(own.replaceAll('+', '-').replaceAll('/', '_'));
      }
    }
  }
  return { texts, encoded, values: new Set(values.filter((value) => value.length <= LONGEST_IN_PARTS)) };
}

function written(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = bytes.toString('base64');
  const json = JSON.stringify(text).slice(1, -1);
  const go = json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
  return [
    text,
    json,
    go,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponentOf(text),
    encodeURIComponentOf(text).replaceAll('%20', '+'),
    encodeURIComponentOf(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    // printf %q, HTML, and base32 as TOTP programs print it.
    text.replace(/[^\w./:@%+=,-]/g, '\\$&'),
    text.replace(/\W/g, '\\$&'),
    text.replace(/[&<>"']/g, (c) => HTML[c] ?? c),
    base32(bytes),
    base64,
    unpadded(base64),
    bytes.toString('base64url'),
    unpadded(Buffer.from(`${text}\n`).toString('base64')),
    unpadded(Buffer.from(base64).toString('base64')),
    bytes.toString('hex'),
  ].filter((one) => one.length >= SHORTEST);
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** RFC 4648, without padding. */
function base32(bytes: Uint8Array): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let [text, bits, held] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += letters[(held >> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + letters[(held << (5 - bits)) & 31];
}

const unpadded = (base64: string): string => base64.replaceAll('=', '');

/** A lone surrogate, as bytes that are no text leave it, has no URL spelling. */
const encodeURIComponentOf = (text: string): string => encodeURIComponent(text.toWellFormed());

/** Lines, what follows `=` or `:` in them, strings of JSON, and what base64 in those says. */
function partsOf(value: string, depth: number): string[] {
  if (depth > 3) return [];
  const json = value.trimStart().startsWith('{') || value.trimStart().startsWith('[') ? parsed(value) : undefined;
  if (json !== undefined) return stringsOf(json).flatMap((text) => [text, ...inside(text, depth)]);
  const lines = value.split(/\r?\n/);
  if (lines.length === 1) return inside(value, depth);
  return lines.flatMap((line) => {
    const text = line.trim();
    return isTelling(text) ? [text, ...inside(text, depth)] : [];
  });
}

/** `user:password`, `KEY=value`, `key: value`, a URL's password, and base64 of text. */
function inside(text: string, depth: number): string[] {
  const parts: string[] = [];
  const url = /:\/\/[^\s:/@]{0,128}:([^\s/]{1,512})@/.exec(text)?.[1];
  if (url !== undefined) parts.push(url, decoded(url));
  const after = /^[\w.-]{1,128}\s{0,4}[:=]\s{0,4}(\S.*)$/.exec(text)?.[1];
  if (after !== undefined && url === undefined) parts.push(after.trim().replace(/^(["'])(.*)\1$/, '$2'));
  if (text.length >= SHORTEST_PART && /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0) {
    const plain = Buffer.from(text, 'base64').toString('utf8');
    if (/^[\p{L}\p{N}\p{P}\p{S}\s]+$/u.test(plain)) parts.push(plain, ...partsOf(plain, depth + 1));
  }
  return parts.filter(isTelling);
}

const isTelling = (text: string): boolean =>
  text.length >= SHORTEST_PART && !/^(?:[a-z]+|[A-Z]+|[\d.]+|-----[A-Z0-9 ]+-----)$/.test(text);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stringsOf(value: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [value];
  for (let one = open.pop(); open.length > 0 || one !== undefined; one = open.pop()) {
    if (typeof one === 'string') found.push(one);
    else if (typeof one === 'object' && one !== null) open.push(...Object.values(one));
  }
  return found.filter((text) => text.length >= SHORTEST_PART);
}
