import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { linesOf, reviewOfTrap, trapsIn } from '../support/trap.ts';

/** The corpus of traps: what an approver must see is above the full difference, whatever is around it. */
const traps = trapsIn(join(import.meta.dirname, '..', 'cases', 'review'));
const MOST_LINES = 60;
const STEERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const [quiet] = traps;
const base = quiet === undefined ? [] : linesOf(await reviewOfTrap({ ...quiet, plan: EMPTY(), live: [], facts: [] }));
function EMPTY() {
  return {
    objects: [],
    commands: [],
    validation: ['kubectl get configmap settings'],
    rollback: ['undo'],
    criteria: ['ConfigMap/settings: create'],
    irreversible: [],
    files: {},
    frame: {},
    phase: {},
  };
}

test('there are a hundred', () => {
  expect(traps.length).toBeGreaterThanOrEqual(100);
});

describe.each(traps.map((one) => [one.trap, one] as const))('%s', (_name, one) => {
  test('is seen', async () => {
    const lines = linesOf(await reviewOfTrap(one));
    for (const wanted of one.shows) {
      const pattern = new RegExp(wanted);
      expect(
        lines.filter((line) => pattern.test(line)),
        `${wanted} in\n${lines.join('\n')}`,
      ).not.toEqual([]);
      expect(
        base.filter((line) => pattern.test(line)),
        `${wanted} is in a plan without the trap`,
      ).toEqual([]);
    }
    expect(lines.filter((line) => STEERS.test(line))).toEqual([]);
  });
});

test('at most 60 lines before the full difference, for 95 of 100', async () => {
  const counts = await Promise.all(traps.map(async (one) => linesOf(await reviewOfTrap(one)).length));
  expect(counts.filter((n) => n <= MOST_LINES).length / counts.length).toBeGreaterThanOrEqual(0.95);
});
