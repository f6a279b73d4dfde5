#!/usr/bin/env node
// Stop: reminds once (a session, a gate) of a gate that is still open, and never when a person's step is next.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder, readPermits } from './lib/permits.mjs';
import { permitsHere, standing, waitsForPerson } from './lib/standing.mjs';

const { cwd, session_id: session = '', stop_hook_active: again } = JSON.parse(readFileSync(0, 'utf8'));
const open =
  again === true ? [] : permitsHere(readPermits(), cwd ?? process.cwd()).filter((one) => !waitsForPerson(one));
const fresh = open.filter((one) => firstTime(`${session} ${one.deployment} ${one.gate}`));
if (fresh.length > 0) {
  const reason = `${fresh.map(standing).join('\n')}\nIf the person asked for this deployment, go on with it; if not, or if you must stop here, say where it stands and stop.`;
  process.stdout.write(JSON.stringify({ decision: 'block', reason }));
}

/** A note that can't be written means no reminder: better none than one at every turn. */
function firstTime(what) {
  const folder = join(dataFolder(), 'reminded');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = createHash('sha256').update(what).digest('hex').slice(0, 32);
    writeFileSync(join(folder, name), '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
