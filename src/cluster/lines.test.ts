import { expect, test } from 'vitest';
import { lines } from './lines.ts';
import { readEvent } from './watch.ts';

async function* chunks(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test.each([1, 2, 3, 7, 1000])('lines survive being cut into chunks of %i bytes', async (size) => {
  const found: string[] = [];
  for await (const line of lines(chunks('{"a":"ä€😀"}\n\n{"b":2}\nhalf', size))) found.push(line);
  expect(found).toEqual(['{"a":"ä€😀"}', '{"b":2}']);
});

const kind = { apiVersion: 'v1', kind: 'Pod' };

test('an event is read with the kind that was asked for', () => {
  expect(readEvent('{"type":"ADDED","object":{"metadata":{"name":"p"}}}', kind)).toEqual({
    type: 'ADDED',
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  });
});

test('an error event is a failure, and what is not an event is nothing', () => {
  expect(readEvent('{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}', kind)).toMatchObject({
    type: 'ERROR',
    error: { status: 410, reason: 'Expired' },
  });
  for (const line of ['{"type":"ADD', '[]', '{"type":"NEW","object":{}}', '{"type":"ADDED","object":3}']) {
    expect(readEvent(line, kind)).toBeUndefined();
  }
});
