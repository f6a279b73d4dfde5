// A process of its own for the proof of order: node worker.ts MODULE PLACE. On stdin: one task a line,
// {deployment, operations, seed}. On stdout: what it asks before it asks, and what it was answered, a JSON line each.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../src/state/index.ts';

const [module = '', place = '', name = ''] = process.argv.slice(2);
const { open }: { open(place: string): Promise<Ledger> } = await import(module);
const say = (value: unknown) => writeSync(1, `${JSON.stringify(value)}\n`);
/** Of this machine, the same clock for every process on it; nanoseconds. */
const now = () => Number(process.hrtime.bigint());

type Task = { readonly deployment: string; readonly operations: number; readonly seed: number };

const ledger = await open(place);
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { deployment, operations, seed }: Task = JSON.parse(line);
  let state = seed;
  const draw = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    return (state >> 8) % below;
  };
  let known = 0;
  for (let turn = 0; turn < operations; turn += 1) {
    if (draw(4) === 0) await sleep(draw(6));
    if (draw(4) === 0) {
      say({ deployment, call: now(), in: { append: false, after: 0, marks: [] } });
      const { rows } = await ledger.read(deployment);
      const marks = rows.map(({ fact }) => String(Object(fact).mark));
      say({ deployment, return: now(), out: { status: 'read', seq: marks.length, marks } });
      known = marks.length;
    } else {
      const marks = Array.from({ length: 1 + draw(3) }, (_, part) => `${name}.${seed}.${turn}.${part}`);
      say({ deployment, call: now(), in: { append: true, after: known, marks } });
      // Whatever a clock says: the order is not taken from it.
      const at = new Date(draw(2_000_000_000) * 1000).toISOString();
      const events = marks.map((mark) => ({ at, by: { kind: 'server' }, fact: { type: 'mark', mark } }));
      const { status, seq } = await ledger.append(deployment, known, events);
      say({ deployment, return: now(), out: { status, seq, marks: [] } });
      known = seq;
    }
  }
  say({ done: deployment });
}
ledger.close();
