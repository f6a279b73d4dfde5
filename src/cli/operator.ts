import { Command } from 'commander';
import { EXIT } from './exit.ts';
import { checkPassphrase, PASSPHRASE_MIN, readKey, writeKey } from './operator-key.ts';
import { withEngine } from './person.ts';
import { askHidden, isTerminal } from './terminal.ts';

/** infragate operator init: the passphrase that tells a person from an agent on this machine. */
export function operatorCommand(): Command {
  const command = new Command('operator')
    .description('the passphrase with which a person decides on this terminal')
    .exitOverride();
  command
    .command('init')
    .description('set it, or replace it (needs the old one)')
    .action(() =>
      withEngine(async (engine) => {
        if (!isTerminal()) {
          process.stderr.write('This is for a person at a terminal: stdin and stdout are not one.\n');
          return EXIT.lacking;
        }
        const old = await readKey(engine.home);
        if (old !== undefined) {
          const checked = await checkPassphrase(
            await engine.ledger(),
            old,
            await askHidden('Present passphrase: '),
            new Date(),
          );
          if (checked !== 'right') {
            process.stderr.write(
              checked === 'locked' ? 'Too many wrong passphrases; wait 15 minutes.\n' : 'That is not the passphrase.\n',
            );
            return EXIT.no;
          }
        }
        const first = await askHidden(`New passphrase (${PASSPHRASE_MIN} characters at least): `);
        if (first.length < PASSPHRASE_MIN) {
          process.stderr.write(`Too short: ${PASSPHRASE_MIN} characters at least.\n`);
          return EXIT.wrongUse;
        }
        if ((await askHidden('Again: ')) !== first) {
          process.stderr.write('The two are not the same; nothing was changed.\n');
          return EXIT.wrongUse;
        }
        await writeKey(engine.home, first, new Date());
        process.stdout.write(
          `The operator passphrase is ${old === undefined ? 'set' : 'replaced'}. Deployments started from now on can be approved with it as "operator".\n`,
        );
        return EXIT.done;
      }),
    );
  return command;
}
