import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DIFY, deploymentOf, eventsOf } from '../report/fixtures/record.ts';
import { advance } from './fold.ts';

const EVENTS = eventsOf(DIFY);

test('a record folded in parts is the record folded whole, and each part stays as it was', () => {
  const whole = deploymentOf(EVENTS);
  const cut = fc.nat({ max: EVENTS.length });
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 6 }), (cuts) => {
      const ends = [...new Set([1, ...cuts.filter((at) => at > 0), EVENTS.length])].toSorted((a, b) => a - b);
      let present = deploymentOf(EVENTS.slice(0, 1));
      for (const [index, end] of ends.entries()) {
        const before = present;
        const copy = structuredClone(before);
        present = advance(present, EVENTS.slice(ends[index - 1] ?? 1, end));
        expect(before).toEqual(copy);
        expect(present).toEqual(deploymentOf(EVENTS.slice(0, end)));
      }
      expect(present).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});
