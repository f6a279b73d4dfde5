// A process of its own for the conformance suite: node worker.ts MODULE PLACE ACTION ARGUMENT…
// MODULE exports `open(place)`. What is acknowledged goes to stdout at once, a JSON line each.
import { writeSync } from 'node:fs';
import type { Ledger } from '../ledger.ts';

const [module = '', place = '', action = '', subject = '', more = '1', name = ''] = process.argv.slice(2);
const { open }: { open(place: string): Promise<Ledger> } = await import(module);
const say = (value: unknown) => writeSync(1, `${JSON.stringify(value)}\n`);

// All at the same millisecond, with everything loaded: SUBJECT is when, MORE a place of this process's own to load by.
if (action === 'open') {
  (await open(more)).close();
  while (Date.now() < Number(subject)) await new Promise((turn) => setImmediate(turn));
}
const ledger = await open(place);
if (action === 'open') say('open');
if (action === 'once') say(await ledger.useOnce(subject));
// Three events in each append: all of them or none must be there afterwards.
if (action === 'append') {
  let seq = 0;
  for (let turn = 0; turn < Number(more); ) {
    const events = [0, 1, 2].map((part) => ({
      at: new Date().toISOString(),
      by: { kind: 'server' },
      fact: { type: 'mark', mark: `${name}-${turn}-${part}` },
    }));
    const answer = await ledger.append(subject, seq, events);
    seq = answer.seq;
    if (answer.status === 'conflict') continue;
    say({ seq, mark: `${name}-${turn}` });
    turn += 1;
  }
}
ledger.close();
