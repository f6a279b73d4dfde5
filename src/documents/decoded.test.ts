import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decoded } from './decoded.ts';

const TEXT = 'services:\n  a: {image: nginx:1}\n';
const wide = (bytes: 2 | 4, little: boolean, mark: boolean): Buffer =>
  Buffer.concat(
    [...(mark ? '\ufeff' : ''), ...TEXT].map((letter) => {
      const unit = Buffer.alloc(bytes);
      const point = letter.codePointAt(0) ?? 0;
      if (little) unit.writeUInt16LE(point, 0);
      else unit.writeUInt16BE(point, bytes - 2);
      return unit;
    }),
  );

it.each<readonly [string, Buffer]>([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ...([2, 4] as const).flatMap((bytes) =>
    [true, false].flatMap((little) =>
      [true, false].map(
        (mark) => [`UTF-${bytes * 8}, little ${little}, mark ${mark}`, wide(bytes, little, mark)] as const,
      ),
    ),
  ),
])('%s is text', (_, body) => {
  expect(decoded(body)).toEqual({ text: TEXT });
});

it('what is no UTF-8 is Windows-1252, and lines may end with a carriage return alone', () => {
  expect(decoded(Buffer.from('# Gr\xfc\xdfe\rservices:\r', 'latin1'))).toEqual({ text: '# Grüße\nservices:\n' });
});

it.each([
  ['gzip', gzipSync(TEXT), /gzip/],
  ['a PDF', Buffer.from('%PDF-1.7\n%\xe2\xe3\n1 0 obj', 'latin1'), /PDF/],
  ['a zip', Buffer.from('PK\u0003\u0004rest'), /zip/],
  ['bytes', Buffer.from(Array.from({ length: 4096 }, (__, i) => (i * 7919 + (i >> 3)) % 256)), /binary/],
  ['a text with a NUL in it', Buffer.from(`${TEXT}\0`), /binary/],
])('%s is none, and why', (_, body, because) => {
  expect(decoded(body)).toEqual({ because: expect.stringMatching(because) });
});
