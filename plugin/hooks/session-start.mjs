#!/usr/bin/env node
// SessionStart: what a fresh or compacted context must know of the deployment that is open here.
import { readFileSync } from 'node:fs';
import { readPermits } from './lib/permits.mjs';
import { permitsHere, standing } from './lib/standing.mjs';

const { cwd } = JSON.parse(readFileSync(0, 'utf8'));
const here = permitsHere(readPermits(), cwd ?? process.cwd());
if (here.length > 0) {
  process.stdout.write(
    [
      ...here.map(standing),
      "Call deployment-status (infragate) before anything else: it has the whole state. Raw writes to its namespace stop; decisions are a person's.",
      '',
    ].join('\n'),
  );
}
