// infragate approver init|add|list|remove

import { Command } from 'commander';
import type { Engine } from '../engine/index.ts';
import { print, printError } from '../print/index.ts';
import { readKey, unlock } from '../state/index.ts';
import { answer } from './answers.ts';
import { origin } from './console.ts';
import { EXIT, type Exit } from './exit.ts';
import { initCommand } from './operator.ts';
import { NOT_UNLOCKED, withEngine } from './person.ts';
import { askHidden, isTerminal } from './terminal.ts';

/** infragate approver: who may decide, with a passphrase on a terminal or with a passkey. */
export function approverCommand(): Command {
  const command = new Command('approver')
    .description('people who decide: with a passphrase (init), with a passkey (add, list, remove)')
    .exitOverride()
    .addCommand(initCommand());
  command
    .command('add')
    .description('print a link, valid once and for ten minutes, on which NAME enrols a passkey')
    .argument('<name>', 'who it is')
    .option('--group <group...>', 'groups that a policy may ask for', [])
    .option('--origin <url>', 'enrol on the console that runs there; without it one is started for this', origin)
    .action((name: string, flags: { group: string[]; origin?: string }) =>
      withEngine(async (engine) => (await refused(engine)) ?? add(engine, name, flags)),
    );
  command
    .command('list')
    .description('the passkeys that count, and who says so')
    .option('--json', 'print one line of JSON, which /etc/infragate/approvers takes as it is', false)
    .action(({ json }: { json: boolean }) => withEngine((engine) => list(engine, json), json));
  command
    .command('remove')
    .description('take the passkeys of a name, or one by its id, out of use; what they decided stays decided')
    .argument('<name>', 'a name, or the id of a passkey')
    .action((name: string) => withEngine(async (engine) => (await refused(engine)) ?? remove(engine, name)));
  return command;
}

/** A person at a terminal, who knows the operator's passphrase where there is one. */
async function refused(engine: Engine): Promise<Exit | undefined> {
  if (!isTerminal()) {
    printError('This is for a person at a terminal: stdin and stdout are not one.');
    return EXIT.lacking;
  }
  const key = await readKey(engine.home);
  if (key === undefined) return undefined;
  const signer = await unlock(await engine.ledger(), key, await askHidden('Operator passphrase: '), new Date());
  if (typeof signer !== 'string') return undefined;
  printError(NOT_UNLOCKED[signer]);
  return EXIT.no;
}

async function add(engine: Engine, name: string, flags: { group: string[]; origin?: string }): Promise<Exit> {
  const { beginEnrolment, ENROL_MINUTES, enrolmentFor } = await import('../approvers/index.ts');
  const token = await beginEnrolment(engine.home, name, flags.group, new Date());
  const lasting = `Valid once, for ${ENROL_MINUTES} minutes.`;
  if (flags.origin !== undefined) {
    print(`${flags.origin}/enrol/${token}\n${lasting} The console at ${flags.origin} has to run on this data folder.`);
    return EXIT.done;
  }
  const { startConsole } = await import('../console/index.ts');
  const running = await startConsole({ engine });
  print(`${running.origin}/enrol/${token}\n${lasting} Waiting for ${name} …`);
  while ((await enrolmentFor(engine.home, token, new Date())) !== undefined)
    await new Promise((done) => setTimeout(done, 300));
  // The page still has to hear how it went.
  await new Promise((done) => setTimeout(done, 1000));
  await running.close();
  const { ownKeys } = await import('../approvers/index.ts');
  const made = (await ownKeys(engine.home)).findLast((key) => key.name === name && key.removed_at === undefined);
  if (made === undefined) {
    printError('No passkey was enrolled.');
    return EXIT.no;
  }
  print(`The passkey ${made.id.slice(0, 12)} of ${name} is enrolled.`);
  return EXIT.done;
}

async function list(engine: Engine, json: boolean): Promise<Exit> {
  const { readApprovers } = await import('../approvers/index.ts');
  const all = await readApprovers(engine.home);
  if (json) {
    answer('approver list', EXIT.done, { approvers: all.map(({ pinned_by: _, ...key }) => key) });
    return EXIT.done;
  }
  for (const { pinned_by, ...key } of all)
    print(
      `${key.name}  ${key.id.slice(0, 12)}  ${key.rp_id}  since ${key.created_at}${key.groups.length === 0 ? '' : `  groups ${key.groups.join(', ')}`}  (${pinned_by})${key.removed_at === undefined ? '' : `  removed ${key.removed_at}`}`,
    );
  if (all.length === 0) print('No approver has a passkey yet: infragate approver add NAME');
  return EXIT.done;
}

async function remove(engine: Engine, name: string): Promise<Exit> {
  const { removeKeys } = await import('../approvers/index.ts');
  const gone = await removeKeys(engine.home, name, new Date().toISOString());
  if (gone === 0) {
    printError(`There is no passkey of ${name} in use here. infragate approver list names them.`);
    return EXIT.no;
  }
  print(`${gone} ${gone === 1 ? 'passkey' : 'passkeys'} of ${name} no longer ${gone === 1 ? 'counts' : 'count'}.`);
  return EXIT.done;
}
