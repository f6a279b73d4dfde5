/**
 * What every backend of the ledger promises: run by test/process/sqlite.test.ts, and by whatever other backend there will be.
 * In: a rig, which is where the backend's ledgers go and how to cheat there. Out: tests, one file a subject.
 */
import { describe } from 'vitest';
import { bench, type Rig } from './bench.ts';
import { bodies } from './bodies.ts';
import { damage } from './damage.ts';
import { events } from './events.ts';
import { exports } from './exports.ts';
import { processes } from './processes.ts';
import { registers } from './registers.ts';
import { search } from './search.ts';

export type { Rig, Tampering } from './bench.ts';

const SUBJECTS = [registers, events, processes, damage, bodies, search, exports];

export function ledgerConformance(name: string, rig: Rig): void {
  describe(`${name} keeps the ledger's promises`, () => {
    const on = bench(rig);
    for (const promises of SUBJECTS) promises(on);
  });
}
