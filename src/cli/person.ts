import { accountName, createEngine, type Engine } from '../engine/index.ts';
import { print, printError } from '../print/index.ts';
import { readKey, type Signer, unlock } from '../state/index.ts';
import { TOOLS } from '../tools/index.ts';
import type { Assurance, Deployment } from '../workflow/index.ts';
import { fail } from './answers.ts';
import { EXIT, exitOf } from './exit.ts';
import { workspaceHere } from './here.ts';
import { askHidden, isTerminal } from './terminal.ts';

/** An engine for one command, closed after it. Answers the exit code `use` gave. */
export async function withEngine(use: (engine: Engine) => Promise<number>, json = false): Promise<void> {
  let engine: Engine | undefined;
  try {
    engine = createEngine({ workspace: workspaceHere(), tools: TOOLS });
    process.exitCode = await use(engine);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.exitCode = fail(json, EXIT.lacking, 'Failed', json ? message : `infragate: ${message}`);
  } finally {
    await engine?.close();
  }
}

/** The deployment named, or the only open one; else the exit code, and it is said why. */
export async function theDeployment(engine: Engine, id: string | undefined): Promise<Deployment | number> {
  if (id !== undefined) {
    const loaded = await engine.read(id);
    if (loaded.ok) return loaded.deployment;
    printError(loaded.refusal.message);
    return exitOf(loaded.refusal.code);
  }
  const { deployments: open } = await engine.open();
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  printError(
    open.length === 0
      ? 'No deployment is open.\n'
      : `Several are open; name one: ${open.map((d) => d.id).join(', ')}\n`,
  );
  return open.length === 0 ? EXIT.no : EXIT.wrongUse;
}

/** The completed deployment named, or the last one of this workspace. */
export async function lastCompletedHere(engine: Engine, id: string | undefined): Promise<Deployment | number> {
  if (id !== undefined) return theDeployment(engine, id);
  const here = (await engine.latest(MOST_LISTED)).filter(
    (one) => one.closed === 'completed' && one.workspace === engine.workspace,
  );
  const last = here.at(-1);
  if (last !== undefined) return theDeployment(engine, last.id);
  printError('No completed deployment of this workspace is on record; name one.');
  return EXIT.no;
}

const MOST_LISTED = 200;

type Hand = { actor: { kind: 'person'; name: string; assurance: Assurance }; signer: Signer };
export type Identified = ({ ok: true } & Hand) | { ok: false; exit: number };

/**
 * Who sits here: a terminal and the operator's passphrase, which makes the key that signs what is decided. A key younger than the deployment is worth no more than a
 * form: whoever started the deployment could have made it.
 */
export async function identify(engine: Engine, d: Deployment): Promise<Identified> {
  if (!isTerminal()) {
    printError('This is for a person at a terminal: stdin and stdout are not one.');
    return { ok: false, exit: EXIT.lacking };
  }
  const key = await readKey(engine.home);
  if (key === undefined) {
    printError(
      'There is no operator passphrase yet. Set one, in a terminal the agent has no part in: infragate approver init',
    );
    return { ok: false, exit: EXIT.lacking };
  }
  const passphrase = await askHidden('Operator passphrase: ');
  const signer = await unlock(await engine.ledger(), key, passphrase, new Date());
  if (typeof signer === 'string') {
    printError(NOT_UNLOCKED[signer]);
    return { ok: false, exit: EXIT.no };
  }
  const assurance: Assurance = key.created_at < d.started.at ? 'operator' : 'elicited';
  if (assurance === 'elicited') {
    print(
      `The passphrase is younger (${key.created_at}) than this deployment (${d.started.at}): the record will say "elicited".`,
    );
  }
  return { ok: true, actor: { kind: 'person', name: accountName(), assurance }, signer };
}

export const NOT_UNLOCKED = {
  locked: 'Too many wrong passphrases; wait 15 minutes.',
  wrong: 'That is not the passphrase.',
} as const;
