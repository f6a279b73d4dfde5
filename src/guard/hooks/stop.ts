import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printJson } from '../../print/index.ts';
import { dataFolder } from '../../state/home.ts';
import { hookInput } from '../input.ts';
import { readPermits } from '../permits.ts';
import { permitsHere, standing, waitsForPerson } from '../standing.ts';

/**
 * Stop: reminds once (a session, a gate) of a gate that is still open, in the deployment's own workspace, and never when a
 * person is next.
 */
const { cwd, fields } = hookInput(readFileSync(0, 'utf8'));
const session = typeof fields.session_id === 'string' ? fields.session_id : '';
const open =
  fields.stop_hook_active === true ? [] : permitsHere(readPermits(), cwd).filter((one) => !waitsForPerson(one));
const fresh = open.filter((one) => isFirstTime(`${session} ${one.deployment} ${one.gate}`));
if (fresh.length > 0) {
  const reason = `${fresh.map(standing).join('\n')}\nIf the person asked for this deployment, go on with it; if not, or if you must stop here, say where it stands and stop.`;
  printJson({ decision: 'block', reason });
}

/** A note that can't be written means no reminder: better none than one at every turn. */
function isFirstTime(what: string): boolean {
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
