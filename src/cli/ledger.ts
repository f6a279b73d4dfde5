// infragate ledger copy|migrate

import { Command } from 'commander';
import { print, printError } from '../print/index.ts';
import type { LedgerError, LedgerPlace } from '../state/index.ts';
import { answer, fail } from './answers.ts';
import { EXIT } from './exit.ts';

type Copying = { readonly from: string; readonly to: string; readonly json: boolean };
type Migrating = { readonly grant?: string; readonly json: boolean };

export function ledgerCommand(): Command {
  const command = new Command('ledger').description('the ledger itself, in a data folder or in PostgreSQL');
  command
    .command('copy')
    .description('copy a ledger to another place, row by row, verified; one that was cut off goes on')
    .requiredOption('--from <place>', 'a data folder, or postgres://user@host/database')
    .requiredOption('--to <place>', 'an empty data folder or database, or the copy that was begun')
    .option('--json', 'print one line of JSON, last', false)
    .action(copy);
  command
    .command('migrate')
    .description("make the ledger's schema in PostgreSQL, or bring it to this version, as a role that may")
    .argument('[address]', 'postgres://user@host/database; INFRAGATE_LEDGER when it is left out')
    .option('--grant <role>', "the servers' role, which may read and add and nothing else")
    .option('--json', 'print one line of JSON, last', false)
    .action(migrate);
  return command;
}

async function copy({ from, to, json }: Copying): Promise<void> {
  const { copyLedger } = await import('../state/index.ts');
  const copied = await copyLedger(placeOf(from), placeOf(to), (deployment, rows) => {
    if (!json && rows > 0) printError(`${deployment}: ${rows} rows`);
  });
  if ('reason' in copied) return failed(json, copied);
  if (json) answer('ledger copy', EXIT.done, { copied });
  else
    print(
      `Copied ${copied.rows} rows of ${copied.deployments} deployments and ${copied.bodies} bodies; the copy was verified.`,
    );
}

async function migrate(address: string | undefined, { grant, json }: Migrating): Promise<void> {
  const to = address ?? process.env.INFRAGATE_LEDGER ?? '';
  const { migrateLedger } = await import('../state/index.ts');
  const problem = await migrateLedger(to, grant);
  if (problem !== undefined) return failed(json, problem);
  if (json) answer('ledger migrate', EXIT.done, grant === undefined ? {} : { granted: grant });
  else print(`The ledger's schema is of this version.${grant === undefined ? '' : ` ${grant} may read and add.`}`);
}

const placeOf = (text: string): LedgerPlace => (/^postgres(ql)?:/.test(text) ? { address: text } : { home: text });

function failed(json: boolean, { reason, message }: LedgerError): void {
  const exit = reason === 'BadAddress' ? EXIT.wrongUse : EXIT.lacking;
  process.exitCode = fail(json, exit, reason, message);
}
