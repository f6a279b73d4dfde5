import { Command } from 'commander';
import { print, printError } from '../print/index.ts';
import { fingerprint, PASSPHRASE_MIN, PINNED_KEYS, readKey, unlock, writeKey } from '../state/index.ts';
import { EXIT } from './exit.ts';
import { NOT_UNLOCKED, withEngine } from './person.ts';
import { askHidden, isTerminal } from './terminal.ts';

/** infragate operator init: the older name of `infragate approver init`. */
export function operatorCommand(): Command {
  return new Command('operator')
    .description('the older name of `infragate approver init`')
    .exitOverride()
    .addCommand(initCommand());
}

/** `init`: the passphrase that tells a person from an agent on this machine. */
export const initCommand = (): Command =>
  new Command('init')
    .description('set the passphrase with which a person decides on this terminal, or replace it (needs the old one)')
    .action(() =>
      withEngine(async (engine) => {
        if (!isTerminal()) {
          printError('This is for a person at a terminal: stdin and stdout are not one.');
          return EXIT.lacking;
        }
        const old = await readKey(engine.home);
        if (old !== undefined) {
          const signer = await unlock(await engine.ledger(), old, await askHidden('Present passphrase: '), new Date());
          if (typeof signer === 'string') {
            printError(NOT_UNLOCKED[signer]);
            return EXIT.no;
          }
        }
        const first = await askHidden(`New passphrase (${PASSPHRASE_MIN} characters at least): `);
        if (first.length < PASSPHRASE_MIN) {
          printError(`Too short: ${PASSPHRASE_MIN} characters at least.`);
          return EXIT.wrongUse;
        }
        if ((await askHidden('Again: ')) !== first) {
          printError('The two are not the same; nothing was changed.');
          return EXIT.wrongUse;
        }
        const key = await writeKey(engine.home, first, new Date(), old);
        print(
          [
            `The operator passphrase is ${old === undefined ? 'set' : 'replaced'}. Deployments started from now on can be approved with it as "operator".`,
            `What is decided with it is signed. The public key, ${fingerprint(key.public_key)}:`,
            `  ${key.public_key}`,
            `So that no other key counts on this machine, an administrator writes that line into ${PINNED_KEYS}.`,
            '',
          ].join('\n'),
        );
        return EXIT.done;
      }),
    );
