import { createEngine, type Engine } from '../engine/index.ts';
import { TOOLS } from '../tools/index.ts';
import type { Assurance, Deployment } from '../workflow/index.ts';
import { EXIT } from './exit.ts';
import { checkPassphrase, readKey } from './operator-key.ts';
import { askHidden, isTerminal } from './terminal.ts';

export const workspaceHere = (): string => process.env.INIT_CWD ?? process.cwd();

/** An engine for one command, closed after it. Answers the exit code `use` gave. */
export async function withEngine(use: (engine: Engine) => Promise<number>): Promise<void> {
  const engine = createEngine({ workspace: workspaceHere(), tools: TOOLS });
  try {
    process.exitCode = await use(engine);
  } catch (error) {
    process.stderr.write(`infragate: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.lacking;
  } finally {
    await engine.close();
  }
}

/** The deployment named, or the only open one. */
export async function theDeployment(engine: Engine, id: string | undefined): Promise<Deployment | undefined> {
  if (id !== undefined) {
    const loaded = await engine.read(id);
    if (loaded.ok) return loaded.deployment;
    process.stderr.write(`${loaded.refusal.message}\n`);
    return undefined;
  }
  const { deployments } = await engine.list();
  const open = deployments.filter((d) => d.closed === undefined);
  if (open.length === 1) return open[0];
  process.stderr.write(
    open.length === 0
      ? 'No deployment is open.\n'
      : `Several are open; name one: ${open.map((d) => d.id).join(', ')}\n`,
  );
  return undefined;
}

export type Identified = { ok: true; assurance: Assurance; name: string } | { ok: false; exit: number };

/**
 * Who sits here: a terminal and the operator's passphrase. A key younger than the deployment is worth no more than a
 * form: whoever started the deployment could have made it.
 */
export async function identify(engine: Engine, d: Deployment): Promise<Identified> {
  if (!isTerminal()) {
    process.stderr.write('This is for a person at a terminal: stdin and stdout are not one.\n');
    return { ok: false, exit: EXIT.lacking };
  }
  const key = await readKey(engine.home);
  if (key === undefined) {
    process.stderr.write(
      'There is no operator passphrase yet. Set one, in a terminal the agent has no part in: infragate operator init\n',
    );
    return { ok: false, exit: EXIT.lacking };
  }
  const passphrase = await askHidden('Operator passphrase: ');
  const checked = await checkPassphrase(await engine.ledger(), key, passphrase, new Date());
  if (checked !== 'right') {
    process.stderr.write(
      checked === 'locked' ? 'Too many wrong passphrases; wait 15 minutes.\n' : 'That is not the passphrase.\n',
    );
    return { ok: false, exit: EXIT.no };
  }
  const assurance: Assurance = key.created_at < d.started.at ? 'operator' : 'elicited';
  if (assurance === 'elicited') {
    process.stdout.write(
      `The passphrase is younger (${key.created_at}) than this deployment (${d.started.at}): the record will say "elicited".\n`,
    );
  }
  return { ok: true, assurance, name: process.env.USER ?? process.env.LOGNAME ?? 'operator' };
}
