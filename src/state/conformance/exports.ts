import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../../workflow/canonical.ts';
import { exportLines } from '../export.ts';
import type { Bench } from './bench.ts';

/** An export can be checked by somebody who has nothing of ours, and ends where the damage begins. */
export function exports({ rig, open, written }: Bench): void {
  test('an export carries all that is needed to check the chain without us', async () => {
    const { place } = await written();
    const lines: string[] = [];
    for await (const line of exportLines(await open(place), 'd')) lines.push(line);
    expect(lines).toHaveLength(10);
    let before = '0'.repeat(64);
    for (const line of lines) {
      const { hash, previous, ...content } = JSON.parse(line);
      expect(previous).toBe(before);
      expect(
        createHash('sha256')
          .update(previous + canonical(content))
          .digest('hex'),
      ).toBe(hash);
      before = hash;
    }
  });

  test('a damaged deployment is exported up to the damage, and the end says so', async () => {
    const { place } = await written();
    await rig.tamper(place, { what: 'edit', deployment: 'd', seq: 4, column: 'fact', from: 'row 4', to: 'row 5' });
    const lines = exportLines(await open(place), 'd');
    for (const _ of [1, 2, 3]) expect((await lines.next()).done).toBe(false);
    expect(await lines.next()).toMatchObject({ done: true, value: { seq: 4 } });
  });
}
