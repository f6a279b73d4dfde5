import { readFileSync } from 'node:fs';
import { print } from '../../print/index.ts';
import { hookInput } from '../input.ts';
import { readPermits } from '../permits.ts';
import { permitsHere, standing } from '../standing.ts';

/** SessionStart: what a fresh or compacted context must know of the deployment that is open here. */
const { cwd } = hookInput(readFileSync(0, 'utf8'));
const here = permitsHere(readPermits(), cwd);
if (here.length > 0) {
  print(
    [
      ...here.map(standing),
      "Call deployment-status (infragate) before anything else: it has the whole state. Raw writes to its namespace stop; decisions are a person's.",
    ].join('\n'),
  );
}
