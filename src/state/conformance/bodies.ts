import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';

/** Evidence bodies, kept once each and found by their digest or its first digits. */
export function bodies({ fresh }: Bench): void {
  test('bodies of 5 MB come back byte for byte, by their SHA-256, kept once', async () => {
    const ledger = await fresh();
    const body = new Uint8Array(randomBytes(5 * 1024 * 1024));
    const digest = await ledger.put(body, 'application/octet-stream');
    expect(digest).toBe(`sha256:${createHash('sha256').update(body).digest('hex')}`);
    expect(await ledger.put(body, 'text/plain')).toBe(digest);
    const got = await ledger.get(digest);
    expect(got?.mediaType).toBe('application/octet-stream');
    expect(Buffer.compare(got?.body ?? new Uint8Array(), body)).toBe(0);
    expect(await ledger.put('', 'text/plain').then((empty) => ledger.get(empty))).toMatchObject({
      mediaType: 'text/plain',
    });
    expect(await ledger.get('sha256:none')).toBeUndefined();
  });

  test('bodies are named by the first digits of their digest: those that begin so, in order, and no others', async () => {
    const ledger = await fresh();
    // Numbers until two share their first four digits.
    const byDigits = new Map<string, string>();
    let pair: [string, string] | undefined;
    for (let n = 0; pair === undefined; n += 1) {
      const digits = createHash('sha256').update(`${n}`).digest('hex').slice(0, 4);
      const before = byDigits.get(digits);
      if (before !== undefined) pair = [before, `${n}`];
      byDigits.set(digits, `${n}`);
    }
    const digests = [await ledger.put(pair[0], 'text/plain'), await ledger.put(pair[1], 'text/plain')].sort();
    const other = await ledger.put('something else', 'text/plain');
    const [one = '', two = ''] = digests;
    expect(await ledger.digests(one.slice('sha256:'.length, 'sha256:'.length + 4))).toEqual(digests);
    expect(await ledger.digests(one.slice(0, 'sha256:'.length + 4))).toEqual(digests);
    expect(await ledger.digests(one.slice(0, 'sha256:'.length + 4), 1)).toEqual([one]);
    expect(await ledger.digests(two.slice('sha256:'.length, 'sha256:'.length + 12))).toEqual([two]);
    expect(await ledger.digests(other)).toEqual([other]);
    for (const none of ['', 'sha256:', one.slice(7, 10), 'zzzz', '%', `${one}0`, one.toUpperCase(), 'g000'])
      expect(await ledger.digests(none), none).toEqual([]);
  });
}
