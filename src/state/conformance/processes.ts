import { expect, test } from 'vitest';
import type { Bench } from './bench.ts';

/** Several processes at one ledger, and one that is killed: nothing acknowledged is lost, nothing is there by half. */
export function processes({ rig, open, start, marks }: Bench): void {
  test('several processes race for every place: each event is there once, three together, in an unbroken chain', async () => {
    const place = await rig.place();
    const [writers, turns] = [4, 15];
    const racing = Array.from({ length: writers }, (_, n) => start(place, 'append', 'd', `${turns}`, `w${n}`));
    expect(await Promise.all(racing.map(({ ended }) => ended))).toEqual(Array(writers).fill(0));
    const all = await marks(await open(place), 'd');
    expect(new Set(all).size).toBe(writers * turns * 3);
    expect(all).toHaveLength(writers * turns * 3);
    for (let at = 0; at < all.length; at += 3) {
      const turn = String(all[at]).replace(/-0$/, '');
      expect(all.slice(at, at + 3)).toEqual([`${turn}-0`, `${turn}-1`, `${turn}-2`]);
    }
  }, 60_000);

  test('processes that open a place for the first time at the same moment all get a ledger', async () => {
    for (let round = 0; round < 6; round += 1) {
      const place = await rig.place();
      const own = await Promise.all(Array.from({ length: 6 }, () => rig.place()));
      const when = `${Date.now() + 700}`;
      const racing = own.map((warm) => start(place, 'open', when, warm));
      expect(await Promise.all(racing.map(({ ended }) => ended))).toEqual(Array(6).fill(0));
    }
  }, 60_000);

  test('kill -9 in the middle of appending loses no acknowledged event and leaves no half append', async () => {
    const place = await rig.place();
    for (const round of [1, 2, 3]) {
      const { child, lines, ended } = start(place, 'append', 'd', '1000000', `r${round}`);
      while (lines().length < 10 * round) await new Promise((done) => setTimeout(done, 3));
      child.kill('SIGKILL');
      await ended;
      const ledger = await rig.open(place);
      const all = await marks(ledger, 'd');
      expect(all.length % 3).toBe(0);
      for (const line of lines()) {
        expect(line).toMatchObject({ seq: expect.any(Number), mark: expect.any(String) });
        const { seq, mark }: { seq: number; mark: string } = Object(line);
        expect(all.slice(seq - 3, seq)).toEqual([`${mark}-0`, `${mark}-1`, `${mark}-2`]);
      }
      expect(await ledger.verify()).toEqual([]);
      ledger.close();
    }
  }, 60_000);
}
