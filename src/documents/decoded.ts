/** Bytes as text, or why they are none. */
export type Decoded = { readonly text: string } | { readonly because: string };

/** What begins with these bytes holds a document, but is not text. */
const CONTAINERS: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], 'it is compressed (gzip): unpack it, and pass what is inside'],
  [[0x50, 0x4b, 0x03, 0x04], 'it is an archive or an office document (zip): unpack it, or save its text'],
  [[0x25, 0x50, 0x44, 0x46, 0x2d], 'it is a PDF: save its text, and pass that'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'it is compressed (zstd): unpack it, and pass what is inside'],
  [[0x42, 0x5a, 0x68], 'it is compressed (bzip2): unpack it, and pass what is inside'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'it is compressed (xz): unpack it, and pass what is inside'],
];
const BINARY = 'it is binary';
/** Of a text at most this share is control characters. */
const MOST_CONTROLS = 0.05;

/**
 * UTF-8; UTF-16 and UTF-32 by their byte order mark or by the zero bytes of ASCII letters (what PowerShell writes); and
 * Windows-1252 where the bytes are no UTF-8. Lines that end with a carriage return alone end with a line feed.
 */
export function decoded(body: Uint8Array): Decoded {
  const container = CONTAINERS.find(([magic]) => magic.every((byte, i) => body[i] === byte));
  if (container !== undefined) return { because: container[1] };
  const text = textOf(body);
  if (text === undefined) return { because: BINARY };
  const head = text.slice(0, 8192);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is counted
  const controls = head.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/g)?.length ?? 0;
  if (controls > MOST_CONTROLS * head.length) return { because: BINARY };
  return { text: text.includes('\n') ? text : text.replaceAll('\r', '\n') };
}

function textOf(body: Uint8Array): string | undefined {
  const head = body.subarray(0, 8192);
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return utf32(body, true);
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return utf32(body, false);
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(body);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(body);
  if (!head.includes(0)) return utf8(body) ?? new TextDecoder('windows-1252').decode(body);
  const zeros = (period: 2 | 4, at: number) => head.filter((byte, i) => i % period === at && byte === 0).length;
  const [quarter, half] = [Math.floor(head.length / 4), Math.floor(head.length / 2)];
  if (body.length % 4 === 0 && zeros(4, 2) === quarter && zeros(4, 3) === quarter) return utf32(body, true);
  if (body.length % 4 === 0 && zeros(4, 0) === quarter && zeros(4, 1) === quarter) return utf32(body, false);
  if (zeros(2, 1) > 0.7 * half && zeros(2, 0) < 0.1 * half) return new TextDecoder('utf-16le').decode(body);
  if (zeros(2, 0) > 0.7 * half && zeros(2, 1) < 0.1 * half) return new TextDecoder('utf-16be').decode(body);
  return undefined;
}

function utf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function utf32(body: Uint8Array, littleEndian: boolean): string | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const pieces: string[] = [];
  for (let at = 0; at + 4 <= body.byteLength; at += 4) {
    const point = view.getUint32(at, littleEndian);
    if (point > 0x10ffff) return undefined;
    if (point !== 0xfeff || at > 0) pieces.push(String.fromCodePoint(point));
  }
  return pieces.join('');
}
